import type { AccessList } from '../access/access-list.ts';
import { type Asking, orderOf } from '../access/asking.ts';
import { seenEnvironments } from '../access/permissions.ts';
import { actorOf, type Principal } from '../access/principal.ts';
import { Problem } from '../platform/problem.ts';
import type { Entry } from './change-store.ts';
import { commitChange } from './commit-change.ts';
import type { Committed, Door } from './door.ts';
import type { LoggedChange, Undoer } from './undoer.ts';

/** What reading and undoing the log needs. */
export interface ChangeParts {
  door: Door;
  list: AccessList;
  /** One for each kind of subject that can be put back. */
  undoers: readonly Undoer[];
}

/**
 * Puts back what a change found, in all of its environments at once, as a new change. It never touches `killed`: a kill
 * is lifted by restore alone, and a restore is answered by kill. Throws 409 where the subject has changed since.
 */
export async function undoChange(parts: ChangeParts, asking: Asking, entry: Entry): Promise<Committed<undefined>> {
  const undoer = undoerOf(parts.undoers, entry);
  const change = { ...logged(entry), by: actorOf(asking.principal) };
  const environmentIds = undoer.environments
    ? await undoer.environments(parts.door.db, change)
    : change.environments.map(({ id }) => id);
  refuseBeyond(asking.principal, entry.projectId, environmentIds);
  return commitChange<undefined>(
    parts.door,
    {
      projectId: entry.projectId,
      environmentIds,
      ...orderOf(asking),
      action: `${undoer.kind}.undo`,
      subject: entry.subject,
      undoes: entry.id,
    },
    async (tx, ground) => ({
      ...(await undoer.undo(tx, change, ground)),
      result: undefined,
      takesBack: entry.id,
    }),
  );
}

/**
 * Whoever may see some environments alone is refused before the work begins: what it finds in the others on its way, and
 * would tell of them, is nothing for that caller. The door asks again, under the locks.
 */
function refuseBeyond(principal: Principal, projectId: number, environmentIds: readonly number[]): void {
  const seen = seenEnvironments(principal, projectId);
  if (seen === undefined || environmentIds.every((id) => seen.includes(id))) return;
  const who = principal.kind === 'person' ? 'you have' : 'this token has';
  throw new Problem('forbidden', `This changed other environments too, where ${who} no right.`);
}

/** Changes that have a way back of their own, and what it is. */
const WAY_BACK: Record<string, string> = {
  'flag.restore': 'A restore is not undone: kill the flag again, with kill.',
  'key.create': 'A key is not unmade: revoke it.',
  'key.rotate': 'A rotation is not undone: revoke the key that you do not want.',
  'key.revoke': 'A revoked key stays revoked: make a new one.',
  'token.create': 'A token is not unmade: revoke it.',
  'token.revoke': 'A revoked token stays revoked: make a new one.',
  'environment.new-epoch': 'An epoch that has begun goes on: clients hold its positions.',
  'train.archive': 'An archived train stays archived: make a new one.',
  'train.stop': 'The line is started again by a release manager: turnout train start.',
  'train.start': 'Whoever wants it to stand stops the line again: turnout train stop.',
  'train.board': 'Withdraw the change from its departure; after it left, eject it.',
  'train.withdraw': 'Board the change again: its request is still there.',
  'train.open': 'Boarding goes on until the cut-off: withdraw what should not leave.',
  'train.close':
    'A manifest that is closed stays closed: who comes later asks for an uplift, or boards the next departure.',
  'train.miss': 'A departure that missed does not leave any more: what was aboard waits for the next, or boards again.',
  'train.depart': 'A departure is not undone: recall it, or eject one change of it. Both leave what was edited since.',
  'train.eject': 'What was ejected comes back by boarding again: make a request of it, and board the next departure.',
  'train.recall': 'What was recalled comes back by boarding again: make requests of it, and board the next departure.',
  'train.hold': 'What stands still is resumed, or rolled back, rollout by rollout.',
  'train.chemspill':
    'A chemspill is not unasked: reject what the second person is asked for; after it left, recall it.',
};

function undoerOf(undoers: readonly Undoer[], entry: Entry): Undoer {
  if (entry.action === 'flag.kill') {
    throw new Problem('undo_of_kill', 'A kill is not undone: lift it with restore.');
  }
  const wayBack = WAY_BACK[entry.action];
  if (wayBack !== undefined) throw new Problem('wrong_state', wayBack);
  if (entry.body === undefined) {
    throw new Problem('wrong_state', 'What this change found was erased from the log, so it cannot be put back.');
  }
  const undoer = undoers.find(({ kind }) => entry.subject.startsWith(`${kind}/`));
  if (!undoer) throw new Problem('wrong_state', `A change of ${entry.subject} is not undone: edit it instead.`);
  return undoer;
}

function logged(entry: Entry): LoggedChange {
  const { id, projectId, seq, action, subject, body, steps } = entry;
  return {
    ...{ id, projectId, seq, action, subject },
    key: subject.slice(subject.indexOf('/') + 1),
    before: body?.before ?? null,
    after: body?.after ?? null,
    environments: steps.map(({ environmentId, key }) => ({ id: environmentId, key })),
  };
}
