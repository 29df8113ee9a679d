import { expect, test } from 'vitest';
import { foldPeers } from './fold-peers.ts';

/** A run of two peers and two cases, from how far we are ahead of each. */
function run(...ratios: [number, number][]) {
  return ratios.map((peer) =>
    peer.map((ratio, index) => ({ workload: `case ${index}`, oursNs: 10, peerNs: 10 * ratio, ratio })),
  );
}

test('We are ahead by what the best peer of each case leaves, and in the mean by the geometric one', () => {
  const { figures, facts } = foldPeers(['@a/slow-once', 'b'], [run([4, 16], [100, 9]), run([4, 16], [100, 9])]);
  const named = new Map(figures.map((figure) => [figure.name, figure]));
  expect(named.get('case 0, ahead of the best')).toMatchObject({ median: 4, met: true });
  expect(named.get('case 1, ahead of the best')).toMatchObject({ median: 9, met: true });
  expect(named.get('geometric mean, ahead of the best')).toMatchObject({ median: 6, met: false });
  expect(facts).toMatchObject({ 'best peer, case 0': 'slow-once', 'best peer, case 1': 'b' });
  expect(facts['falls short']).toBe('geometric mean');
});

test('A case that falls short is named', () => {
  const { facts } = foldPeers(['a', 'b'], [run([2, 90], [50, 95])]);
  expect(facts['falls short']).toBe('case 0');
});
