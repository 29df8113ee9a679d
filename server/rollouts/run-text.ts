import type { JsonValue } from '@turnout/core';
import type { Run } from '../decisions/rollout.ts';

/** What of a run stands in columns of its own, or in the row of its environment. */
type InColumns = 'id' | 'rollout' | 'environmentId' | 'environment' | 'isProtected' | 'state' | 'version';
export type RunBody = Omit<Run, InColumns>;

const DATE = '$date';

/** A run as it is stored. Dates are tagged, so that whatever a run comes to hold comes back as it went. */
export function writeRunBody(run: Run): JsonValue {
  const { id: _id, rollout: _rollout, environmentId: _environmentId, environment: _environment, ...rest } = run;
  const { isProtected: _isProtected, state: _state, version: _version, ...body } = rest;
  return tagDates(body);
}

/** A run that was stored before deadlines could wait alone has none that did. */
export function readRunBody(stored: unknown): RunBody {
  const body = reviveDates(stored) as Partial<RunBody>;
  return { waitedMs: 0, waitsSince: null, ...body } as RunBody;
}

function tagDates(value: unknown): JsonValue {
  if (value instanceof Date) return { [DATE]: value.toISOString() };
  if (Array.isArray(value)) return value.map(tagDates);
  if (typeof value !== 'object' || value === null) return (value ?? null) as JsonValue;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([name, part]) => [name, tagDates(part)]));
}

function reviveDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveDates);
  if (typeof value !== 'object' || value === null) return value;
  const date = (value as Record<string, unknown>)[DATE];
  if (typeof date === 'string') return new Date(date);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, reviveDates(part)]));
}
