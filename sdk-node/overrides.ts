import { readFileSync } from 'node:fs';
import type { Evaluation, JsonValue } from '@turnout/core';
import type { Notes } from './logger.ts';

/** Answers that stand before all others, for local work. */
export type Overrides = ReadonlyMap<string, Evaluation>;

const NONE: Overrides = new Map();

/**
 * Reads the file that `TURNOUT_OVERRIDES` names: an object of values by flag. In production it is left alone, and said
 * so: a file that was left in an image must not decide.
 */
export function readOverrides(environment: NodeJS.ProcessEnv, notes: Notes): Overrides {
  const path = environment.TURNOUT_OVERRIDES;
  if (path === undefined || path === '') return NONE;
  if (environment.NODE_ENV === 'production') {
    notes.say('warn', `TURNOUT_OVERRIDES is ignored, because NODE_ENV is production: ${path}`);
    return NONE;
  }
  try {
    const values: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new Error('an object of values by flag is expected, like {"new-cart": true}');
    }
    const overrides = new Map(Object.entries(values).flatMap(([key, value]) => override(key, value, notes)));
    if (overrides.size > 0) notes.say('info', `${path} overrides ${[...overrides.keys()].join(', ')}`);
    return overrides;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    notes.say('warn', `TURNOUT_OVERRIDES is ignored: ${path}: ${why}`);
    return NONE;
  }
}

function override(key: string, value: JsonValue, notes: Notes): [string, Evaluation][] {
  if (value !== null && !Array.isArray(value)) {
    return [[key, Object.freeze({ key, value, reason: 'STATIC', metadata: Object.freeze({}) })]];
  }
  notes.say('warn', `TURNOUT_OVERRIDES: ${key} is ignored: a flag is a boolean, a string, a number or an object`);
  return [];
}
