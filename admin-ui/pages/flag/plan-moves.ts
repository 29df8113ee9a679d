import type { Reweighed, Slice } from '@turnout/core';
import type { ServeAnswer } from '@turnout/server/contracts';
import { type DraftServe, withoutNothing } from './draft.ts';
import { sumOf } from './weights.ts';

/** Core's own, handed in because it is fetched when it is first needed. */
type Reweigh = (slices: readonly Slice[], weights: Record<string, number>, of: number) => Reweighed;

/** Who would get something else than now. Shares are of the users who come here. */
export interface Moves {
  moved: number;
  flows: { from: string; to: string; share: number }[];
  /** Somebody asked that everybody be drawn anew, or by something else. */
  redrawn: boolean;
  /** How it would be laid out, as the server would. */
  slices: readonly Slice[];
  of: number;
}

type Layout = { start: number; end: number; gives: string }[];
const CODED = 'coded default';

/** Held against what is stored, so that it says of the draft as a whole what saving it would do. */
export function planMoves(stored: ServeAnswer | undefined, draft: DraftServe, reweigh: Reweigh): Moves | undefined {
  const is = layOut(stored, draft, reweigh);
  if (is === undefined || stored === undefined) return undefined;
  const was = layoutOf(stored);
  const redrawn = isRedrawn(stored, draft);
  const flows = redrawn ? flowsByChance(was, is.layout) : flowsInPlace(was, is.layout);
  const moved = flows.reduce((sum, { share }) => sum + share, 0);
  return { moved, flows: flows.sort((a, b) => b.share - a.share), redrawn, slices: is.slices, of: is.of };
}

function layOut(stored: ServeAnswer | undefined, draft: DraftServe, reweigh: Reweigh) {
  if ('variant' in draft) return whole(draft.variant);
  if ('coded' in draft) return whole(CODED);
  const { of } = draft.split;
  const weights = withoutNothing(draft.split.weights);
  if (sumOf(weights) !== of) return undefined;
  const { slices } = reweigh(slicesOf(stored, of), weights, of);
  return { slices, of, layout: layoutIn(slices, of) };
}

function whole(gives: string) {
  return { slices: [], of: 1, layout: [{ start: 0, end: 1, gives }] };
}

/** What is served now, over as many buckets as the draft has; none where it is the coded default. */
function slicesOf(stored: ServeAnswer | undefined, of: number): readonly Slice[] {
  if (stored === undefined || 'coded' in stored) return [];
  if ('variant' in stored) return [[0, of, stored.variant]];
  const { slices, of: before } = stored.split;
  if (before === of) return slices;
  const scaled = (at: number) => Math.round((at / before) * of);
  return slices
    .map(([start, end, variant]): Slice => [scaled(start), scaled(end), variant])
    .filter(([start, end]) => end > start);
}

function layoutOf(serve: ServeAnswer): Layout {
  if ('variant' in serve) return [{ start: 0, end: 1, gives: serve.variant }];
  if ('coded' in serve) return [{ start: 0, end: 1, gives: CODED }];
  return layoutIn(serve.split.slices, serve.split.of);
}

function layoutIn(slices: readonly Slice[], of: number): Layout {
  return slices.map(([start, end, gives]) => ({ start: start / of, end: end / of, gives }));
}

function isRedrawn(stored: ServeAnswer, draft: DraftServe): boolean {
  if (!('split' in stored) || !('split' in draft)) return false;
  return draft.split.reseed === true || stored.split.by !== draft.split.by;
}

function flowsInPlace(was: Layout, is: Layout): Moves['flows'] {
  return collect(
    was.flatMap((before) =>
      is.map((after) => ({
        from: before.gives,
        to: after.gives,
        share: Math.max(0, Math.min(before.end, after.end) - Math.max(before.start, after.start)),
      })),
    ),
  );
}

/** After a new draw everybody may get everything. */
function flowsByChance(was: Layout, is: Layout): Moves['flows'] {
  return collect(
    was.flatMap((before) =>
      is.map((after) => ({
        from: before.gives,
        to: after.gives,
        share: (before.end - before.start) * (after.end - after.start),
      })),
    ),
  );
}

/** Slices are whole buckets: what is finer than a billionth is the arithmetic's own. */
function collect(pairs: Moves['flows']): Moves['flows'] {
  const flows = new Map<string, Moves['flows'][number]>();
  for (const { from, to, share } of pairs) {
    if (from === to) continue;
    const key = JSON.stringify([from, to]);
    flows.set(key, { from, to, share: (flows.get(key)?.share ?? 0) + share });
  }
  return [...flows.values()]
    .map((flow) => ({ ...flow, share: Number(flow.share.toFixed(9)) }))
    .filter(({ share }) => share > 0);
}

const MOST_TOLD = 3;

/** As fine as buckets are: who asks whom a change moves wants to know it exactly. */
function exactly(share: number): string {
  const percent = Number((share * 100).toFixed(3));
  return percent === 0 ? '< 0.001 %' : `${percent} %`;
}

/** “moves 3.1 % of users: off → on”; of a rule, of those whom it catches. */
export function tellMoves({ moved, flows, redrawn }: Moves, whom = 'users'): string {
  if (moved === 0) return 'moves nobody';
  const [only] = flows;
  const told = flows.slice(0, MOST_TOLD).map(({ from, to, share }) => {
    return flows.length === 1 ? `${from} → ${to}` : `${from} → ${to} ${exactly(share)}`;
  });
  const more = flows.length > MOST_TOLD ? `, and ${flows.length - MOST_TOLD} more ways` : '';
  const all = only === undefined ? '' : `: ${told.join(', ')}${more}`;
  return `${redrawn ? 'draws everybody anew and ' : ''}moves ${exactly(moved)} of ${whom}${all}`;
}
