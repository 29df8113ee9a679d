import { type Figure, foldFigure } from '../prove/evidence.ts';
import type { PeerTime } from './peer-process.ts';

const EACH = 3;
const MEAN = 8;

/** The package without its scope. */
export const namePeer = (name: string) => name.replace(/^@[^/]*\//, '');

interface Folded {
  figures: Figure[];
  facts: Record<string, string>;
}

/** Folds `runs[run][peer][case]` into how far ahead of the best peer we are, case by case and as a geometric mean. */
export function foldPeers(names: readonly string[], runs: PeerTime[][][]): Folded {
  const workloads = (runs[0]?.[0] ?? []).map(({ workload }) => workload);
  const figures: Figure[] = [];
  const facts: Record<string, string> = {};
  const bests: number[][] = [];
  for (const [index, workload] of workloads.entries()) {
    const ratios = names.map((_, peer) => runs.map((run) => at(run, peer, index).ratio));
    const best = runs.map((_, run) => Math.min(...ratios.map((ofPeer) => ofPeer[run] as number)));
    bests.push(best);
    figures.push(foldFigure(`${workload}, ahead of the best`, '×', best, { at: 'least', value: EACH }));
    const ours = runs.map((run) => middle(names.map((_, peer) => at(run, peer, index).oursNs)));
    figures.push(foldFigure(`${workload}, sdk-node`, 'ns', ours));
    for (const [peer, name] of names.entries()) {
      const times = runs.map((run) => at(run, peer, index).peerNs);
      figures.push(foldFigure(`${workload}, ${namePeer(name)}`, 'ns', times));
    }
    const nearest = names.reduce((one, other) =>
      ahead(ratios, names, other) < ahead(ratios, names, one) ? other : one,
    );
    facts[`best peer, ${workload}`] = namePeer(nearest);
  }
  const means = runs.map((_, run) => geometricMean(bests.map((best) => best[run] as number)));
  figures.unshift(foldFigure('geometric mean, ahead of the best', '×', means, { at: 'least', value: MEAN }));
  const short = figures.filter(({ met }) => met === false).map(({ name }) => name.replace(', ahead of the best', ''));
  facts['falls short'] = short.length === 0 ? 'none' : short.join('; ');
  return { figures, facts };
}

function at(run: PeerTime[][], peer: number, index: number): PeerTime {
  const time = run[peer]?.[index];
  if (time === undefined) throw new Error('a peer told of fewer cases than another');
  return time;
}

function ahead(ratios: number[][], names: readonly string[], name: string): number {
  return middle(ratios[names.indexOf(name)] as number[]);
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
