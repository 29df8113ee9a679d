import type { DegradedPart } from './delivery/health.ts';
import type { Parts } from './parts.ts';

/** The access list is asked for every 2 s; three rounds without an answer are no hiccup. */
export const SILENT_MS = 6_000;

/** What of this node is not as it should be, for `/readyz`: names of parts and durations, no addresses. */
export function listDegraded({
  house,
  delivery,
  revocations,
  redis,
}: Pick<Parts, 'house' | 'delivery' | 'revocations' | 'redis'>): DegradedPart[] {
  const found: DegradedPart[] = [];
  const { ageMs, revision } = house.list;
  if (ageMs === undefined) found.push({ part: 'database', why: 'not reached since the start' });
  else if (ageMs > SILENT_MS) found.push({ part: 'database', why: `no answer for ${Math.round(ageMs / 1_000)} s` });
  if (revision < 0) found.push({ part: 'access', why: 'neither the database nor the disk tells who may do what' });
  if (ageMs === undefined || ageMs > SILENT_MS) {
    const waiting = delivery.overlays.size + revocations.waiting;
    if (waiting > 0)
      found.push({ part: 'journal', why: `kills and revocations that wait for the database: ${waiting}` });
  }
  if (redis !== undefined && redis.status !== 'ready') {
    found.push({ part: 'redis', why: 'not reached: apps of other nodes are not known' });
  }
  for (const why of delivery.faults()) found.push({ part: 'disk', why });
  return found;
}
