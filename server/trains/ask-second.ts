import { canonicalJson, sha256 } from '../changes/canonical.ts';
import type { Db, Tx } from '../database/connect.ts';
import { Problem } from '../platform/problem.ts';
import { type Asked, askApproval, closeAsk, readApprovals } from '../requests/ask-approval.ts';
import type { EnvironmentDiff } from '../requests/request.ts';
import type { RequestRow } from '../requests/store.ts';
import type { Carrying } from './carry-cars.ts';
import type { Car, Departure } from './departure.ts';
import type { LockedDeparture } from './move-departure.ts';
import { StaysBehind } from './stays-behind.ts';

const DAY_MS = 86_400_000;
/** So long somebody may take to agree that something leaves now. */
const AGREES_MS = DAY_MS;
/** So long after it left, what happened is to be written down, and looked at by a second person where none was asked. */
export const OWED_MS = 7 * DAY_MS;

const subjectOf = ({ id }: Pick<Departure, 'id'>) => `chemspill/${id}`;

/** What a second person agrees to: exactly what it comes to when it leaves at once. */
export function hashOfChemspill(
  request: Pick<RequestRow, 'id' | 'items'>,
  diff: Record<string, EnvironmentDiff>,
): string {
  return sha256(canonicalJson({ request: request.id, items: request.items, diff }));
}

/**
 * Asks a second release manager. Where glass was broken it left without one: then everybody who may approve finds it in
 * their inbox all the same, to look at it afterwards.
 */
export async function askSecond(
  tx: Tx,
  { departure, train }: LockedDeparture,
  what: { car: Car; request: RequestRow; hash: string },
  now: Date,
): Promise<void> {
  const { chemspill } = departure;
  if (chemspill === null) throw new Error('only a chemspill asks for a second person');
  const { breakGlass, reason } = chemspill;
  const name = `${train.key} ${departure.number}`;
  await askApproval(
    tx,
    {
      ...{ projectId: train.projectId, environmentId: train.environmentId, subject: subjectOf(departure) },
      flags: what.car.flags,
      ...{ hash: what.hash, roles: ['release-manager'], count: 1, reason, actor: `train:${train.key}` },
      expiresAt: new Date(now.getTime() + (breakGlass ? OWED_MS : AGREES_MS)),
      excluded: [...new Set([...what.request.authors, ...what.car.boarders])],
      title: breakGlass
        ? `Look at chemspill ${name}: it left without a second person`
        : `Chemspill ${name} leaves now: ${what.request.title}`,
    },
    now,
  );
}

export function readSecond(tx: Db | Tx, { projectId, id }: Departure, now: Date): Promise<Asked | undefined> {
  return readApprovals(tx, projectId, subjectOf({ id }), now);
}

/** Throws where nobody has agreed to exactly what leaves; answers who has. */
export async function requireSecond(
  tx: Tx,
  { departure, train }: LockedDeparture,
  { carried }: Carrying,
  now: Date,
): Promise<string[]> {
  const { chemspill } = departure;
  if (chemspill === null) return [];
  const asked = await readSecond(tx, departure, now);
  // Whoever broke glass did so for exactly this, too: nobody puts anything else in its place meanwhile.
  const same = carried.every(({ request, diff }) => hashOfChemspill(request, diff) === asked?.hash);
  if (!same) throw new StaysBehind('It would come to something else than what was to leave.', false);
  if (chemspill.breakGlass) return [];
  if (asked?.state !== 'approved')
    throw new Problem('changed_since', 'Nobody else agrees any more that it leaves now.');
  const actor = `train:${train.key}`;
  await closeAsk(tx, { projectId: train.projectId, subject: subjectOf(departure), used: true, actor }, now);
  return asked.by.map(({ personId }) => `person:${personId}`);
}
