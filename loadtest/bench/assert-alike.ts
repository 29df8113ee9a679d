import type { PeerClient } from '../peers/peer.ts';
import { readFlags } from '../peers/plain-flag.ts';
import type { Subject } from './subjects.ts';
import type { Workload } from './workloads.ts';

const ASKED = 2_000;
/** Of how many contexts all flags are counted as well. */
const COUNTED = 50;
/** Each system draws by its own hash: the share of 2,000 lies this near to a half, or the split is not one. */
const MOST_OFF = 0.05;

/** A peer that answers otherwise was given other work: every flag must agree for every context, a split in its share. */
export async function assertAlike(
  { ruleset, contexts, name }: Workload,
  ours: Subject,
  peer: PeerClient,
): Promise<void> {
  const asked = contexts.slice(0, ASKED);
  for (const { key, rest } of readFlags(ruleset)) {
    let on = 0;
    for (const context of asked) {
      const got = await peer.one(key, peer.user(context));
      if (got) on += 1;
      if (rest === 'half' || got === ours.one(key, context)) continue;
      throw new Error(`${name}: ${key} is ${got} for ${JSON.stringify(context)}`);
    }
    const share = on / asked.length;
    if (rest === 'half' && Math.abs(share - 0.5) > MOST_OFF) throw new Error(`${name}: ${key} is on for ${share}`);
  }
  for (const context of asked.slice(0, COUNTED)) {
    const user = peer.user(context);
    let on = 0;
    for (const { key } of readFlags(ruleset)) on += Number(await peer.one(key, user));
    const all = await peer.all(user);
    if (all !== on) throw new Error(`${name}: ${all} of all flags are on, but ${on} one by one`);
  }
}
