import { installPeers } from '../peers/install-peers.ts';
import { PEERS } from '../peers/list-peers.ts';
import { listPeerVersions } from '../peers/peer.ts';
import { buildHouse, forkBuilt, nextMessage } from '../prove/child.ts';
import { drawTable, keepEvidence } from '../prove/evidence.ts';
import { foldPeers, namePeer } from './fold-peers.ts';
import type { PeerTime } from './peer-process.ts';

const RUNS = 5;

/**
 * `npm run bench -- --peers`: evaluation in process beside other systems' SDKs, and `docs/evidence/peers.json`. A trial
 * is one run and is written nowhere.
 */
export async function comparePeers(isTrial: boolean): Promise<void> {
  installPeers();
  buildHouse();
  const runs: PeerTime[][][] = [];
  for (let run = 0; run < (isTrial ? 1 : RUNS); run++) {
    const times: PeerTime[][] = [];
    for (const [index, peer] of PEERS.entries()) {
      const child = forkBuilt('../bench/peer-process.js', [String(index)], { NODE_ENV: 'production' });
      times[index] = await nextMessage<PeerTime[]>(child);
      const ahead = times[index].map(({ ratio }) => `${ratio.toFixed(1)}×`).join(', ');
      console.log(`run ${run + 1}, ${peer.name}: ${ahead}`);
    }
    runs.push(times);
  }
  const names = PEERS.map(({ name }) => name);
  const { figures, facts } = foldPeers(names, runs);
  if (isTrial) {
    console.log(`\n${drawTable(figures)}`);
    return;
  }
  const versions = listPeerVersions();
  keepEvidence({
    proof: 'peers',
    method:
      'The five cases of `npm run bench` through sdk-node and through the SDKs of other systems, with the same flags in ' +
      'their own words and contexts in their own form made beforehand; each was first checked to give the same answers ' +
      `(a split: the same share). ${RUNS} runs, each of one process a peer, in which both sides take turns every 20 ms; ` +
      'the time of one piece of work of the peer as a multiple of ours. Ahead of the best: of the lowest in each run.',
    figures,
    facts: {
      ...Object.fromEntries(PEERS.map(({ name, asked }) => [`${namePeer(name)} ${versions[name]}`, asked])),
      ...facts,
    },
  });
}
