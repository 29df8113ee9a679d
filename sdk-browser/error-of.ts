import type { PollResult } from '@turnout/core';
import type { ConnectionError } from './options.ts';

type Failed = Exclude<PollResult, { kind: 'good' }>;

/** Why the server was not heard from, as it is told to a page. */
export function errorOf({ kind, message }: Pick<Failed, 'kind' | 'message'>): ConnectionError {
  return { code: kind === 'forbidden' ? 'unauthorized' : 'unreachable', message };
}
