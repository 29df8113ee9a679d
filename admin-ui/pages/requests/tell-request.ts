import type { RequestSummary, WholeRequest } from '@turnout/server/contracts';
import type { MyProject } from '../../client/me.ts';

type Need = RequestSummary['needs'][number];

const STATES: Record<RequestSummary['state'], { words: string; tone: string }> = {
  open: { words: 'waits', tone: 'warn' },
  expired: { words: 'expired', tone: '' },
  applied: { words: 'applied', tone: 'on' },
  rejected: { words: 'rejected', tone: '' },
  withdrawn: { words: 'withdrawn', tone: '' },
};

/** How it stands, in a word; what waits for nothing any more can be applied. */
export function tellState({ state, waits, kind }: Pick<RequestSummary, 'state' | 'waits' | 'kind'>) {
  if (state === 'open' && waits === null)
    return { words: kind === 'stage' ? 'approved' : 'can be applied', tone: 'on' };
  return STATES[state];
}

export const KINDS: Record<RequestSummary['kind'], string> = {
  change: 'change',
  protection: 'takes protection away',
  stage: 'stage of a rollout',
};

export const oneOf = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** `1 of 2 by release-manager or admin, in production`. */
export function tellNeed({ environment, roles, count, missing }: Need): string {
  const where = environment === null ? '' : `, in ${environment}`;
  return `${count - missing} of ${count} by ${oneOf(roles)}${where}`;
}

/** How many approvals are given of those that are needed, all places together. */
export function sumNeeds(needs: readonly Need[]): { given: number; needed: number } {
  const needed = needs.reduce((sum, { count }) => sum + count, 0);
  return { given: needed - needs.reduce((sum, { missing }) => sum + missing, 0), needed };
}

/** Enough of a hash to compare by eye what two people look at. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

/** The rollout whose stage is asked for: `rollout/<id>/…`. */
export function rolloutOf({ kind, subject }: Pick<RequestSummary, 'kind' | 'subject'>): string | undefined {
  return kind === 'stage' ? /^rollout\/([^/]+)\//.exec(subject)?.[1] : undefined;
}

/** Whether it may be done and, where not, the sentence that says why. */
export interface Verdict {
  yes: boolean;
  why: string;
}
const YES: Verdict = { yes: true, why: '' };
const no = (why: string): Verdict => ({ yes: false, why });

/** Whether whoever looks may carry it out now. The server has the last word. */
export function mayApply(request: WholeRequest, { environments }: Pick<MyProject, 'environments'>, now: Date): Verdict {
  const { state, kind, waits, now: still, appliesFrom } = request;
  if (kind === 'stage') return no('The rollout goes on by itself once it is approved.');
  if (state !== 'open') return no(state === 'expired' ? 'It has expired: rebase it first.' : 'It is closed.');
  if (waits !== null) {
    const alone = appliesFrom !== null && Date.parse(appliesFrom) <= now.getTime();
    if (!alone) return no(waits);
  }
  if (still?.problem) return no(still.problem.detail);
  if (still?.same === false) return no('It would come to something else than what was approved: rebase it first.');
  const growing = Object.entries(still?.directions ?? request.directions).filter(([, way]) => way === 'growing');
  const frozen = growing.map(([key]) => [key, still?.frozen[key]] as const).find(([, one]) => one !== undefined);
  if (frozen?.[1])
    return no(`The freeze “${frozen[1].name}” holds in ${frozen[0]}: nothing grows there before it ends.`);
  const closed = environments.find(
    ({ key, may }) => request.environments.includes(key) && !may.grow.yes && !may.grow.asks,
  );
  return closed === undefined ? YES : no(closed.may.grow.why ?? `You may not do that in ${closed.name}.`);
}

/** Whether it has to be taken to where everything is now before it can go on. */
export function needsRebase({ state, kind, now }: WholeRequest): string | undefined {
  if (kind === 'stage') return undefined;
  if (state === 'expired') return 'Its time is over. Rebased, it asks for approvals anew.';
  if (state !== 'open' || now === null) return undefined;
  if (now.problem) return `It cannot be applied as it is. ${now.problem.detail}`;
  if (now.same) return undefined;
  if (now.moved !== null) return now.moved;
  return 'Somebody changed what it is about since it was written, so it would come to something else than what you see below.';
}

/** Whether it is one's own: whoever wrote it may edit it and take it back. */
export function isMine({ createdBy, authors }: RequestSummary, me: { kind: string; id: string }): boolean {
  if (createdBy === `${me.kind}:${me.id}`) return true;
  return me.kind === 'person' && authors.some(({ id }) => id === me.id);
}
