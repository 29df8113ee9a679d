import { type Compiled, compile } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { CurrentRuns } from './current-runs.ts';
import { AppProcess, FLAG, RUN } from './measured-world.fixture.ts';
import { arrived } from './reports.fixture.ts';

const PLACE = { projectId: 1, environmentId: 7 };

function rulesetOf(entry: number): Compiled {
  const flags = { f: { ...FLAG, run: { ...RUN, entry } } };
  const place = { schema: 1 as const, project: 'p', environment: 'e', view: 'main', shedLevel: 0 as const };
  return compile({ ...place, epoch: 'x', revision: entry, flags, segments: {} });
}

/** A node that holds the ruleset of an entry, if any, and learns of a later one when it asks. */
function nodeAt(entry: number | undefined, later = 2) {
  let served = entry === undefined ? undefined : { position: `x.${entry}`, compiled: rulesetOf(entry) };
  const asked: number[] = [];
  const runs = new CurrentRuns({
    served: () => served,
    refresh: async (environmentId) => {
      asked.push(environmentId);
      served = { position: `x.${later}`, compiled: rulesetOf(later) };
    },
  });
  return { runs, asked };
}

function reportAt(position: string | null, entry: number) {
  const app = new AppProcess(() => 0);
  app.ask({ targetingKey: 'user-1' });
  const report = app.cut()();
  return arrived(PLACE, { ...report, position, runs: (report.runs ?? []).map((run) => ({ ...run, entry })) });
}

describe('the runs that are measured now', () => {
  it('are those of the ruleset that the node serves', () => {
    const { runs } = nodeAt(1);
    expect(runs.find(7, 'r1')?.entry).toBe(1);
    expect(runs.find(7, 'r2')).toBeUndefined();
    expect(nodeAt(undefined).runs.find(7, 'r1')).toBeUndefined();
  });

  it.each<[string, number | undefined, string | null, number, boolean]>([
    ['is ahead of it with a later entry', 1, 'x.2', 2, true],
    ['came from another history', 1, 'y.1', 2, true],
    ['is of an environment that it does not hold', undefined, 'x.1', 1, true],
    ['is of the entry that runs', 1, 'x.2', 1, false],
    ['is behind, with an entry that is over', 2, 'x.1', 1, false],
    ['has no ruleset', 1, null, 2, false],
  ])('are looked up, or not, where an app %s', async (_name, held, position, entry, looks) => {
    const { runs, asked } = nodeAt(held);
    await runs.learn([reportAt(position, entry), reportAt(position, entry)]);
    expect(asked).toEqual(looks ? [7] : []);
  });

  it('stay as they are known where nobody can be asked', async () => {
    const served = { position: 'x.1', compiled: rulesetOf(1) };
    const away = new CurrentRuns({ served: () => served, refresh: () => Promise.reject(new Error('away')) });
    await expect(away.learn([reportAt('x.9', 2)])).resolves.toBeUndefined();
    expect(away.find(7, 'r1')?.entry).toBe(1);
  });
});
