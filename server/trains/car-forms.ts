import type { JsonValue } from '@turnout/core';
import type { Tx } from '../database/connect.ts';
import { readForms, readSegmentForms } from '../releases/read-forms.ts';
import type { RequestRow } from '../requests/store.ts';
import type { Car, Forms } from './departure.ts';

/** The flags that a car is about: those whose rulesets it changes, and those that its calls name. */
export function flagsOfCar({ flags }: Pick<Car, 'flags'>, { items }: Pick<RequestRow, 'items'>): string[] {
  return [...new Set([...flags, ...items.flatMap(({ path }) => nameAfter(path, 'flags'))])].sort();
}

/** The segments that its calls name. */
export function segmentsOfCar({ items }: Pick<RequestRow, 'items'>): string[] {
  const named = items.flatMap(({ path, body }) => [...nameAfter(path, 'segments'), ...newSegment(path, body)]);
  return [...new Set(named)].sort();
}

/** `/environments/production/flags/new-cart/on` → `new-cart` */
function nameAfter(path: string, what: string): string[] {
  const [, , , kind, key] = path.split('/');
  return kind === what && key !== undefined ? [key] : [];
}

/** One that is made is named by its body. */
function newSegment(path: string, body: JsonValue): string[] {
  if (!path.endsWith('/segments') || typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  return typeof body.key === 'string' ? [body.key] : [];
}

/** What they are at this moment; null where they are not there. */
export async function readCarForms(
  tx: Tx,
  place: { projectId: number; environmentId: number },
  keys: { flags: readonly string[]; segments: readonly string[] },
): Promise<Forms> {
  const flags = await readForms(tx, place, keys.flags);
  const segments = await readSegmentForms(tx, place.environmentId, keys.segments);
  return {
    flags: Object.fromEntries(keys.flags.map((key) => [key, flags.get(key)?.form ?? null])),
    segments: Object.fromEntries(keys.segments.map((key) => [key, segments.get(key) ?? null])),
  };
}
