import type { Tx } from '../database/connect.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { describeMissing, hasRole, isAllowed, maySee } from './permissions.ts';
import {
  type ActingPrincipal,
  type KeyPrincipal,
  type PersonPrincipal,
  ROLES,
  type Role,
  type RolloutPrincipal,
  type TokenPrincipal,
  type TrainPrincipal,
} from './principal.ts';
import { readPrincipalNow } from './principal-store.ts';

/** Which way a change goes in one environment, as `changes/direction.ts` computes it; `none` alters no ruleset. */
type Way = 'safe' | 'growing' | 'none';

/** What is decided about: one change in one environment. */
export interface ChangeInEnvironment {
  principal: ActingPrincipal;
  environment: { id: number; projectId: number; key: string; protected: boolean };
  way: Way;
  reason: string | undefined;
  /** It only takes back what the same principal did a moment ago, towards safe (`changes/grace.ts`). */
  grace?: true;
  /** It carries out a request of which enough people approve: that was looked at in the same transaction. */
  approved?: true;
}

/**
 * Whether a principal may make a change in an environment; undefined means yes. Towards safe needs any role but
 * viewer, and nothing ever stands before it but the right itself and a reason. What alters nothing that is served, such
 * as a name, is an editor's everywhere. Growing needs an editor, and in a protected environment an approved request;
 * within the grace it needs no more than what is taken back needed. Root may everything but approve.
 */
export function mayChange(change: ChangeInEnvironment): Problem | undefined {
  const { principal, environment, reason } = change;
  if (principal.kind === 'rollout') return refuseOffPath(principal, environment);
  if (principal.kind === 'hook') return HOOK_DOES_NO_MORE();
  if (principal.kind === 'train') return refuseTrain(principal, change);
  const way = change.grace && principal.kind !== 'key' ? 'safe' : change.way;
  const missing = principal.kind === 'root' ? undefined : missingRight(principal, environment, way);
  if (missing) return missing;
  if (!environment.protected) return undefined;
  if (!reason?.trim()) {
    return invalid([
      {
        path: '/reason',
        code: 'required',
        expected: `a reason, for the environment ${environment.key} is protected`,
      },
    ]);
  }
  if (way !== 'growing' || principal.kind === 'root' || change.approved) return undefined;
  return new Problem(
    'approval_required',
    `The environment ${environment.key} is protected: this change lets more users get something, so it needs an ` +
      'approved request (on the screen, or POST /api/v1/projects/{project}/requests), or the root token. Turning off and ' +
      'killing need no approval.',
  );
}

/** What a policy does was allowed when it was started, and what it is allowed is checked before each step (rollouts/). */
function refuseOffPath(
  { projectId, environmentIds }: RolloutPrincipal,
  environment: ChangeInEnvironment['environment'],
): Problem | undefined {
  if (environment.projectId === projectId && environmentIds.includes(environment.id)) return undefined;
  return new Problem('forbidden', `The environment ${environment.key} is not on the path of this rollout.`);
}

/** A train takes back whatever it brought; what it brings where something is protected was approved, car by car. */
function refuseTrain(train: TrainPrincipal, { environment, way, approved }: ChangeInEnvironment): Problem | undefined {
  if (environment.projectId !== train.projectId || !train.environmentIds.includes(environment.id)) {
    return new Problem('forbidden', `The train ${train.id} does not leave for the environment ${environment.key}.`);
  }
  if (!environment.protected || way !== 'growing' || approved) return undefined;
  return new Problem('approval_required', `What is aboard ${train.id} was not approved for ${environment.key}.`);
}

function missingRight(
  principal: KeyPrincipal | TokenPrincipal | PersonPrincipal,
  environment: ChangeInEnvironment['environment'],
  way: Way,
): Problem | undefined {
  const place = { projectId: environment.projectId, environmentId: environment.id };
  if (!maySee(principal, place)) {
    const who = principal.kind === 'person' ? 'you have' : `this ${principal.kind} has`;
    return new Problem('forbidden', `This changes the environment ${environment.key} too, where ${who} no right.`);
  }
  if (principal.kind === 'key') {
    if (principal.keyKind === 'kill' && way !== 'growing') return undefined;
    return new Problem('forbidden', 'A key changes nothing; a kill key kills, and nothing else.');
  }
  if (hasRole(principal, place, way === 'safe' ? MAY_MAKE_SAFE : MAY_GROW)) return undefined;
  return new Problem(
    'forbidden',
    way === 'safe'
      ? 'A viewer changes nothing.'
      : 'This is more than turning something off: it needs the role editor, release-manager or admin.',
  );
}

const MAY_MAKE_SAFE: readonly Role[] = ['editor', 'killer', 'release-manager', 'admin'];
const MAY_GROW: readonly Role[] = ['editor', 'release-manager', 'admin'];

/** The part of a change order and of its steps that this check looks at. */
interface Order {
  projectId: number;
  principal: ActingPrincipal;
  action: string;
  subject: string;
  reason?: string;
  settling?: true;
  access?: true;
  toAnchor?: true;
  approved?: { request: string } | { requests(): readonly string[] };
  within?: number;
}
interface Step {
  environment: ChangeInEnvironment['environment'];
  direction: Way;
  grace?: true;
}

/**
 * Looks whether enough people approve of the request that a change carries out. It is handed in, for requests are kept in
 * a later room; without it nothing counts as approved.
 */
export type JudgeApproval = (tx: Tx, order: Order, steps: readonly Step[]) => Promise<Problem | undefined>;

/** The check of a door that knows no requests. */
export const checkMayChange = mayChangeBy(undefined);

/**
 * The door's check: it runs inside the transaction, after the locks, on what is written there. Kills that are settled
 * passed their own check when they were taken. A change of no ruleset at all (a description, a name) needs an editor;
 * one of keys, tokens, people, projects or environments needs an admin, and has checks of its own besides.
 */
export function mayChangeBy(
  judge: JudgeApproval | undefined,
): (tx: Tx, order: Order, steps: readonly Step[]) => Promise<Problem | undefined> {
  return async (tx, order, steps) => {
    const { reason } = order;
    if (order.settling || (order.principal.kind === 'root' && steps.length === 0)) return undefined;
    const principal = await readNow(tx, order);
    if (principal instanceof Problem) return principal;
    const approved = order.approved !== undefined && judge !== undefined;
    if (approved && principal.kind !== 'root') {
      const missing = await judge(tx, order, steps);
      if (missing) return missing;
    }
    for (const { environment, direction, grace } of steps) {
      // A run that goes back to its anchor goes towards safe, whatever the two rulesets say.
      const way = order.toAnchor ? 'safe' : direction;
      const also = { ...(grace ? { grace } : {}), ...(approved ? { approved: true as const } : {}) };
      const problem = mayChange({ principal, environment, way, reason, ...also });
      if (problem) return problem;
    }
    return steps.length > 0 ? undefined : mayChangeBeside(principal, order);
  };
}

/** Who asks, as the database has it now: the guard believed memory, and whoever was signed out since changes nothing. */
async function readNow(tx: Tx, { principal, subject }: Order): Promise<ActingPrincipal | Problem> {
  // A token that ends itself just did.
  if (principal.kind === 'token' && subject === `token/${principal.id}`) return principal;
  if (principal.kind !== 'token' && principal.kind !== 'person') return principal;
  const now = await readPrincipalNow(tx, principal);
  if (now) return now;
  const gone = principal.kind === 'token' ? 'This token was revoked or has expired.' : 'This session has ended.';
  return new Problem('unauthorized', gone);
}

/** Whoever may turn things off may say that something is wrong; that it is over, lets rollouts go on again. */
const MAY_SAY = new Set([
  ...['incident.open', 'incident.join', 'incident.note', 'incident.reopen'],
  // A rollout that stands, or goes back, grows no more.
  ...['rollout.pause', 'rollout.rollback'],
]);

/** Whoever sees that something is wrong holds it, viewers too. */
const ANYBODY_MAY = new Set(['train.stop']);

const OF_HOOKS = new Set(['incident.open', 'incident.join']);

/** What alters no ruleset. */
function mayChangeBeside(principal: ActingPrincipal, order: Order): Problem | undefined {
  const { projectId, access, within, action } = order;
  // What a run decides and serves nobody: it is held, paused, finished.
  if (principal.kind === 'rollout') return principal.projectId === projectId ? undefined : OTHER_PROJECT();
  if (principal.kind === 'train') return principal.projectId === projectId ? undefined : OTHER_PROJECT();
  if (principal.kind === 'hook') {
    const may = principal.projectId === projectId && OF_HOOKS.has(action);
    return may ? undefined : HOOK_DOES_NO_MORE();
  }
  const place = { projectId, ...(within === undefined ? {} : { environmentId: within }) };
  if (access) {
    return isAllowed(principal, 'admin', place) ? undefined : new Problem('forbidden', describeMissing('admin', place));
  }
  if (ANYBODY_MAY.has(action) && hasRole(principal, place, ROLES)) return undefined;
  if (hasRole(principal, place, MAY_SAY.has(action) ? MAY_MAKE_SAFE : MAY_GROW)) return undefined;
  const killer = MAY_SAY.has(action) ? 'killer, ' : '';
  return new Problem('forbidden', `This needs the role ${killer}editor, release-manager or admin.`);
}

const HOOK_DOES_NO_MORE = () =>
  new Problem('forbidden', 'A hook kills what it lists and opens incidents, and no more.');

const OTHER_PROJECT = () => new Problem('forbidden', 'What acts here is of another project.');
