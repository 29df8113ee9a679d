import type { Action } from './decision.ts';
import type { GuardGround } from './guard-ground.ts';
import type { Judged } from './judge-guard.ts';
import type { Outcome } from './outcome.ts';
import type { PageAbout, Run } from './rollout.ts';
import { whenBaked } from './run-time.ts';

/** The same is paged again after so long. */
const PAGE_AGAIN_MS = 86_400_000;

const OVER: readonly Action[] = ['rollBack', 'kill', 'end'];

/** Whom it must be told now: what nobody was told of within the day, and what is new. */
export function pageNow({ page, pageFrom, isNews }: Outcome, run: Run, now: Date): PageAbout | null {
  if (page === undefined || (pageFrom !== undefined && pageFrom !== null && pageFrom > now)) return null;
  if (isNews) return page;
  const again = pagedAgainAt(page, run);
  return again === undefined || again <= now ? page : null;
}

/** The next moment at which time alone can change what is decided, or whom it is told; null where none will. */
export function nextLook(look: {
  outcome: Outcome;
  ground: GuardGround;
  guards: readonly Judged[];
  page: PageAbout | null;
}): string | null {
  const { outcome, ground, guards, page } = look;
  const { now, run } = ground;
  // It is over by what was decided.
  if (OVER.includes(outcome.action)) return null;
  const moments = [...outcome.until];
  if (page !== null) moments.push(new Date(now.getTime() + PAGE_AGAIN_MS));
  else if (outcome.page !== undefined) moments.push(pagedAgainAt(outcome.page, run) ?? null);
  if (run.state !== 'paused') moments.push(...guards.map(untilOf), ...comingMoments(ground));
  const coming = moments.flatMap((moment) => (moment !== null && moment > now ? [moment.getTime()] : []));
  return coming.length === 0 ? null : new Date(Math.min(...coming)).toISOString();
}

const untilOf = ({ guard, until }: Judged) => (guard.mode === 'enforce' && until !== undefined ? until : null);

function pagedAgainAt(about: PageAbout, { paged }: Run): Date | undefined {
  return paged?.about === about ? new Date(paged.at.getTime() + PAGE_AGAIN_MS) : undefined;
}

function comingMoments({ run, stage, evidence }: GuardGround): (Date | null)[] {
  const told = [
    evidence.freeze?.until,
    ...Object.values(evidence.gates).map(({ nextAt }) => nextAt),
    ...evidence.approvals.map(({ expiresAt }) => expiresAt),
  ];
  return [
    stage === undefined ? null : whenBaked(run, stage.bakeMs),
    ...told.map((moment) => (moment === undefined || moment === null ? null : new Date(moment))),
  ];
}
