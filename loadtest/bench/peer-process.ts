// One run of one peer, in a process of its own: how the engine has compiled the one must not reach into the other. Takes
// the peer's number from its arguments and tells the parent how long each case took on either side.
import type { Context } from '@turnout/core';
import { PEERS } from '../peers/list-peers.ts';
import type { PeerClient } from '../peers/peer.ts';
import { assertAlike } from './assert-alike.ts';
import { compare, type Run } from './interleave.ts';
import { overContexts, sdkSubject, workOf } from './subjects.ts';
import { type Workload, workloads } from './workloads.ts';

const ROUNDS = 11;

/** Nanoseconds of one piece of work through sdk-node and through the peer. */
export interface PeerTime {
  workload: string;
  oursNs: number;
  peerNs: number;
  ratio: number;
}

async function measure(workload: Workload, client: PeerClient): Promise<PeerTime> {
  const subject = sdkSubject(workload.ruleset);
  await assertAlike(workload, subject, client);
  const ours = overContexts(workload.contexts, workOf(workload, subject));
  const { floorNs, subjectNs, ratio } = await compare(ours, await peerRun(workload, client), ROUNDS);
  return { workload: workload.name, oursNs: floorNs, peerNs: subjectNs, ratio: ratio.median };
}

/** The same work through the peer, with contexts that were put into its form beforehand; awaited only where it must be. */
async function peerRun({ key, contexts }: Workload, client: PeerClient): Promise<Run> {
  const users = contexts.map((context: Context) => client.user(context));
  const work = (user: unknown) => (key === undefined ? client.all(user) : client.one(key, user));
  if (!(work(users[0]) instanceof Promise)) return overContexts(users, work as (user: unknown) => boolean | number);
  let next = 0;
  return async (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum += Number(await work(users[next]));
      next = next + 1 === users.length ? 0 : next + 1;
    }
    return sum;
  };
}

const peer = PEERS[Number(process.argv[2])];
if (peer === undefined) throw new Error('there is no such peer');
const times: PeerTime[] = [];
for (const workload of workloads()) {
  const client = await peer.open(workload.ruleset);
  times.push(await measure(workload, client));
  await client.close();
}
process.send?.(times, () => process.exit(0));
