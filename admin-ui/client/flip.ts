import type { FlipReceiptsShown } from '@turnout/server/contracts';
import { refreshFlag } from './flag-index.ts';
import { send } from './send-request.ts';

/** A flag in an environment. */
export interface FlagPlace {
  project: string;
  environment: string;
  flag: string;
}

export type Verb = 'on' | 'off' | 'kill' | 'restore';

interface Served {
  state: 'on' | 'off';
  killed: boolean;
  serves: string;
}

/** What became of a flip: what users got before and get now. */
export interface Flipped {
  before?: Served;
  after?: Served;
  /** False where nothing had to be done. */
  changed?: boolean;
  change?: { id: number; seq: number; environments: { key: string; position: string }[] };
  /** Of a kill: its id, and whether the log has it or, for now, the journal of a node. */
  id?: string;
  durable?: 'log' | 'journal';
  receipts?: FlipReceiptsShown;
}

/** Turns a flag, kills it or restores it, in spite of freezes where some are named. Rejects with a Refusal. */
export async function flip(
  place: FlagPlace,
  verb: Verb,
  reason?: string,
  inSpiteOf: readonly string[] = [],
): Promise<Flipped> {
  const { project, environment, flag } = place;
  const path = `/projects/${project}/environments/${environment}/flags/${encodeURIComponent(flag)}/${verb}`;
  const query = inSpiteOf.map((id) => `overrideFreeze=${encodeURIComponent(id)}`).join('&');
  const flipped = await send<Flipped>(query === '' ? path : `${path}?${query}`, {
    method: 'POST',
    body: reason === undefined ? {} : { reason },
  });
  // The live stream tells it too; whoever flipped sees it without waiting for that.
  void refreshFlag(project, flag).catch(() => undefined);
  return flipped;
}

/** Puts back what a change found, as a new change. */
export function undoChange(project: string, change: number, reason?: string): Promise<unknown> {
  return send(`/projects/${project}/changes/${change}/undo`, {
    method: 'POST',
    body: reason === undefined ? {} : { reason },
  });
}

/** Who has put a change in force by now; waits until everybody has, for at most `waitMs`. */
export function readReceipts(project: string, change: number, waitMs: number): Promise<FlipReceiptsShown> {
  const query = { wait: `${waitMs}ms` };
  return send<FlipReceiptsShown>(`/projects/${project}/changes/${change}/receipts`, { query });
}

/** The same of a kill, which is told also while the log cannot be asked. */
export function readKillReceipts(place: FlagPlace, kill: string, waitMs: number): Promise<FlipReceiptsShown> {
  const path = `/projects/${place.project}/environments/${place.environment}/kills/${kill}/receipts`;
  return send<FlipReceiptsShown>(path, { query: { wait: `${waitMs}ms` } });
}
