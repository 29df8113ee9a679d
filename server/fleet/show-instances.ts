import type { AccessList } from '../access/access-list.ts';
import type { Clock } from '../platform/clock.ts';
import type { FlipReceiptsShown } from '../platform/receipts-contract.ts';
import type { FlipReceipts } from './await-receipts.ts';
import type { InstanceShown } from './contract.ts';
import { type Instance, stateOf } from './instance.ts';

/** More of them nobody reads in one answer; how many there are the counts say. */
const MOST_LAGGARDS = 200;

/** Receipts as they are answered: environments by their keys, moments of this node's clock. */
export function showReceipts(
  { laggards, ...rest }: FlipReceipts,
  list: Pick<AccessList, 'environmentById'>,
  clock: Clock,
): FlipReceiptsShown {
  const now = clock.now().getTime();
  return {
    ...rest,
    unknown: [...rest.unknown],
    laggards: laggards.slice(0, MOST_LAGGARDS).map(({ environmentId, silentMs, ...laggard }) => ({
      ...laggard,
      silentMs,
      environment: list.environmentById(environmentId)?.key ?? String(environmentId),
      lastSeen: new Date(now - silentMs).toISOString(),
    })),
  };
}

export function showInstance(instance: Instance, clock: Clock): InstanceShown {
  const { id, host, sdk, keyId, position, overlays, unsupported, node, lastSeen } = instance;
  const monotonic = clock.monotonic();
  const state = stateOf(instance, monotonic);
  const silentMs = Math.max(0, Math.round(monotonic - lastSeen));
  return {
    ...{ instance: id, host, sdk, key: keyId, ...state, position, overlays: [...overlays] },
    ...{ unsupported: [...unsupported], silentMs, node },
    source: instance.streams > 0 || instance.isElsewhere || instance.polledAt === undefined ? 'stream' : 'poll',
    lastSeen: new Date(clock.now().getTime() - silentMs).toISOString(),
  };
}
