import type { FlipReceiptsShown } from '../platform/receipts-contract.ts';
import { waitMs } from '../platform/wait-time.ts';
import type { ChangeReceipt } from './door.ts';

/** What receipts are waited for of: a change, or a kill that may not be in the log yet. */
export interface Acknowledged {
  projectId: number;
  change?: ChangeReceipt | undefined;
  kill?: { id: string; environmentId: number } | undefined;
}

/** Answers when every running app has acknowledged, or after `ms`. Whoever knows of running apps gives it. */
export type AwaitReceipts = (what: Acknowledged, ms: number) => Promise<FlipReceiptsShown>;

/** The part of an answer that tells of receipts: none where nobody asked for them, or nobody is served
 * anything else. */
export async function receiptsOf(
  awaitReceipts: AwaitReceipts | undefined,
  wait: string | undefined,
  what: Acknowledged,
): Promise<{ receipts?: FlipReceiptsShown }> {
  const ms = wait === undefined ? undefined : waitMs(wait);
  if (ms === undefined || awaitReceipts === undefined) return {};
  // What altered no ruleset reaches nobody: "no app was running" would be another thing.
  if ((what.change?.environments ?? []).length === 0 && what.kill === undefined) return {};
  return { receipts: await awaitReceipts(what, ms) };
}
