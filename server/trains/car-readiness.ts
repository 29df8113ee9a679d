import type { Db, Tx } from '../database/connect.ts';
import { readApprovals } from '../requests/ask-approval.ts';
import { judgeRow, readJudgeGround, refusalOf } from '../requests/judge-request.ts';
import { findRequests, type RequestRow } from '../requests/store.ts';
import type { Car, Departure } from './departure.ts';
import { findDepartures } from './departure-store.ts';
import { upliftHash } from './uplift.ts';

/** Whether a car could leave now, what is missing in words, and its request. */
export interface Readiness {
  request: RequestRow;
  ready: boolean;
  missing: string[];
  /** Its approvals were too old: time does not mend that. */
  lapsed: boolean;
}

/** Of each car of a project by its id; one that is over is not ready, and lacks nothing. */
export async function readReadiness(
  db: Db | Tx,
  projectId: number,
  cars: readonly Car[],
  now: Date,
): Promise<Map<string, Readiness>> {
  const rows = await findRequests(db, projectId, [...new Set(cars.map(({ requestId }) => requestId))]);
  const found = new Map<string, Readiness>();
  if (rows.length === 0) return found;
  const ground = await readJudgeGround(db, projectId, rows);
  const departures = await findDepartures(db, [...new Set(cars.map(({ departureId }) => departureId))]);
  for (const car of cars) {
    const request = rows.find(({ id }) => id === car.requestId);
    if (request === undefined) continue;
    const waits = car.state === 'aboard' || car.state === 'uplift';
    const missing: string[] = [];
    let lapsed = false;
    if (waits && request.state !== 'open') missing.push(`Its request was ${request.state}.`);
    else if (waits) {
      const judged = judgeRow(ground, request, request.directions, now);
      const refusal = refusalOf(judged, now);
      if (refusal) missing.push(refusal.message);
      const departure = departures.find(({ id }) => id === car.departureId);
      if (car.state === 'aboard' && isEditedLate(request, departure)) missing.push(EDITED_LATE);
      lapsed = refusal !== undefined && judged.expired;
    }
    if (car.state === 'uplift') missing.push(...(await missingOfUplift(db, car, request, now)));
    found.set(car.id, { request, ready: waits && missing.length === 0, missing, lapsed });
  }
  return found;
}

const EDITED_LATE =
  'It was edited after the cut-off: withdraw it, and board it again with the risk written down, or take the next one.';

/** The cut-off closes what is aboard, too: otherwise whoever came in time could bring something else after it. */
function isEditedLate({ editedAt }: RequestRow, departure: Departure | undefined): boolean {
  return departure?.closesAt != null && editedAt >= departure.closesAt;
}

/** Who came after the cut-off needs a release manager besides, for exactly what is aboard. */
async function missingOfUplift(db: Db | Tx, car: Car, request: RequestRow, now: Date): Promise<string[]> {
  const asked = await readApprovals(db, car.projectId, `uplift/${car.id}`, now);
  if (asked?.state === 'rejected') return ['A release manager said no to its uplift.'];
  if (asked === undefined || asked.hash !== upliftHash(request, car)) {
    return ['It was edited since its uplift was asked for: ask again.'];
  }
  if (asked.state === 'approved') return [];
  if (asked.state === 'expired') return ['Its uplift was not approved in time: ask again.'];
  return ['It came after the cut-off: a release manager must approve its uplift.'];
}
