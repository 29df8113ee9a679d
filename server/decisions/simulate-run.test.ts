import { expect, it } from 'vitest';
import { simulateRun } from './simulate-run.fixture.ts';

const RUNS = 10_000;

it('ends every rollout, whatever the world does: finished, gone back, killed, edited, or paused and paged', () => {
  // Another beginning each day: what is never drawn is never found. A failure names its seed.
  const first = Math.floor(Date.now() / 86_400_000) * RUNS;
  const ends = new Map<string, number>();
  const wrong: string[] = [];
  for (let seed = first; seed < first + RUNS; seed++) {
    const { end, faults, entered, stages } = simulateRun(seed);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    const inOrder = entered.every((stage, index) => stage === index);
    const found = [
      ...faults,
      ...(inOrder ? [] : [`entered ${entered}`]),
      ...(end === 'goes on' ? ['did not end'] : []),
    ];
    if (end === 'finished' && entered.length !== stages) found.push('skipped a stage');
    if (found.length > 0) wrong.push(`seed ${seed}: ${found.join(', ')}`);
  }
  expect(wrong).toEqual([]);
  // Each end is met often, or the world is too simple to tell anything.
  for (const end of ['finished', 'rolledBack', 'killed', 'ended', 'paused and paged']) {
    expect(ends.get(end), end).toBeGreaterThan(50);
  }
  // It computes for a quarter of a minute, and much longer where others do as well.
}, 300_000);
