import { writeFrame } from '@turnout/core';
import type { ChangeItem } from '../changes/contract.ts';
import type { LiveFleet, LiveHello, LiveKill, LiveReset } from './contract.ts';

interface Said {
  hello: LiveHello;
  kill: LiveKill;
  fleet: LiveFleet;
  reset: LiveReset;
  revoked: Record<string, never>;
  goodbye: { retryMs: number };
}

/** An event as bytes. Only `change` has an id: what a reader that comes back has seen is said by the log alone. */
export function liveFrame<E extends keyof Said>(event: E, data: Said[E]): Buffer {
  return Buffer.from(writeFrame({ event, data: JSON.stringify(data) }));
}

export function changeFrame(change: ChangeItem): Buffer {
  return Buffer.from(writeFrame({ event: 'change', id: String(change.seq), data: JSON.stringify(change) }));
}

export const COMMENT = Buffer.from(':\n\n');
