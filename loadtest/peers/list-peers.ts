import { flagd } from './flagd.ts';
import { growthbook } from './growthbook.ts';
import { launchdarkly } from './launchdarkly.ts';
import type { Peer } from './peer.ts';
import { unleash } from './unleash.ts';

/** Whom evaluation in process is compared with. */
export const PEERS: readonly Peer[] = [flagd, launchdarkly, unleash, growthbook];
