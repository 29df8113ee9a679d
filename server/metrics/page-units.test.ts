import { type Compiled, compile, type Flag, type MeasuredRun } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import type { ClientReport } from './client-report-contract.ts';
import { EntryUnits } from './entry-units.ts';
import { FLAG, METRICS, RUN } from './measured-world.fixture.ts';
import { NewUnits } from './new-units.ts';
import { unitsOfPage } from './page-units.ts';
import { arrived, atOnce, reportOf } from './reports.fixture.ts';
import { readRow } from './unit-row.ts';

const { audienceRule: _, ...PLAIN } = RUN;

function rulesetWith(flag: Partial<Flag> = {}, run: Partial<MeasuredRun> = {}): Compiled {
  const f: Flag = { ...FLAG, clientVisible: true, run: { ...PLAIN, ...run }, ...flag };
  return compile({
    ...{ schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', shedLevel: 0, segments: {} },
    flags: { f },
  });
}

const RULESET = rulesetWith();
/** By their buckets: in treatment, in control. */
const [TREATED, CONTROL] = ['treatment', 'control'].map((arm) => {
  for (let i = 0; ; i++) {
    const variant = arm === 'treatment' ? 'on' : 'off';
    const [run] = unitsOfPage(RULESET, told({ f: variant }), { targetingKey: `user-${i}` }, 'open');
    if (run?.[arm as 'treatment' | 'control'] !== undefined) return `user-${i}`;
  }
}) as [string, string];

function told(shown: Record<string, string>, change: Partial<ClientReport> = {}) {
  const flags = Object.entries(shown).map(([flag, variant]) => ({ flag, variants: { [variant]: 1 }, coded: 0 }));
  return { flags, events: [], ageMs: 0, durationMs: 10_000, ...change };
}
const event = (name: string, count: number, valued = 0, sum = 0) => ({ event: name, count, valued, sum });

describe('units of what a page tells', () => {
  it('are exposed where the page was given what the run gives them, in their arms', () => {
    const of = (unit: string, variant: string) =>
      unitsOfPage(RULESET, told({ f: variant }), { targetingKey: unit }, 'signed').map((run) => ({
        ...{ run: run.run, entry: run.entry, dropped: run.dropped },
        arms: [run.treatment, run.control].map((units) => units !== undefined),
      }));
    const known = { run: 'r1', entry: 1, dropped: 0 };
    expect(of(TREATED, 'on')).toEqual([{ ...known, arms: [true, false] }]);
    expect(of(CONTROL, 'off')).toEqual([{ ...known, arms: [false, true] }]);
    // What it says that it was given, nobody gives it now.
    expect(of(TREATED, 'off')).toEqual([]);
    expect(of(CONTROL, 'on')).toEqual([]);
  });

  it('count an event after the exposure that came in the same report, with the mean of its values', () => {
    const report = told({ f: 'on' }, { events: [event('bought', 3), event('ms', 4, 2, 90), event('other', 1)] });
    const units = new NewUnits(() => RUN);
    const runs = unitsOfPage(RULESET, report, { targetingKey: TREATED }, 'signed');
    const place = { projectId: 1, environmentId: 1, source: 'signed' as const };
    const rows = atOnce(units.rowsOf([arrived(place, reportOf([], { runs }))], new Date()));
    expect(rows.map(({ source, events }) => [source, events])).toEqual([['signed', ['bought', 'ms']]]);
    const entry = new EntryUnits(100_000);
    for (const row of rows) for (const record of readRow(row)) entry.add(record, row.events[record.what - 3]);
    const { exposed, metrics } = entry.measure(METRICS, new Date());
    expect(exposed.treatment).toBe(1);
    expect(metrics.done?.hits).toEqual({ treatment: 1, control: 0, to: 1 });
    expect(metrics.latency?.values?.treatment).toMatchObject({ n: 1, mean: 45 });
  });

  it.each<[string, Compiled, 'signed' | 'open', object]>([
    ['the flag is not for clients', rulesetWith({ clientVisible: false }), 'open', {}],
    ['it is about another flag', RULESET, 'open', { flags: [{ flag: 'g', variants: { on: 1 }, coded: 0 }] }],
    ['it is so old that the entry may be another', RULESET, 'open', { ageMs: 300_001 }],
    ['nothing was shown', RULESET, 'open', { flags: [{ flag: 'f', variants: { on: 0 }, coded: 3 }] }],
    ['units are made of what no token vouches for', rulesetWith({}, { by: 'company' }), 'signed', {}],
  ])('are none where %s', (_title, ruleset, source, change) => {
    const context = { targetingKey: TREATED, company: TREATED };
    expect(unitsOfPage(ruleset, told({ f: 'on' }, change), context, source)).toEqual([]);
  });

  it('are bounded where anybody can make visitors up, and only there', () => {
    const units = new NewUnits(() => RUN, { slackMs: 0, mostOpen: 50 });
    const tell = (source: 'signed' | 'open' | undefined) => {
      let stored = 0;
      for (let i = 0; i < 100; i++) {
        const context = { targetingKey: `${source}-${i}` };
        const runs = ['on', 'off'].flatMap((variant) => unitsOfPage(RULESET, told({ f: variant }), context, 'open'));
        const place = { projectId: 1, environmentId: 1, ...(source === undefined ? {} : { source }) };
        stored += atOnce(units.rowsOf([arrived(place, reportOf([], { runs }))], new Date())).length;
      }
      return stored;
    };
    expect([tell('open'), tell('signed'), tell(undefined)]).toEqual([50, 100, 100]);
  });

  it.each(['open', 'signed'] as const)(
    'store a few events of a visitor whom nobody was seen to be shown anything, however often %s pages tell them',
    (source) => {
      const units = new NewUnits(() => RUN);
      const tell = (shown: Record<string, string>, events: ClientReport['events']) => {
        const runs = unitsOfPage(RULESET, told(shown, { events }), { targetingKey: TREATED }, source);
        const place = { projectId: 1, environmentId: 1, source };
        const rows = atOnce(units.rowsOf([arrived(place, reportOf([], { runs }))], new Date()));
        return rows.reduce((sum, row) => sum + [...readRow(row)].length, 0);
      };
      let stored = 0;
      for (let i = 0; i < 100; i++) stored += tell({}, Array(20).fill(event('bought', 1)));
      expect(stored).toBe(8);
      // Once it was shown something, what it does next counts.
      expect(tell({ f: 'on' }, [event('bought', 1)])).toBe(2);
    },
  );

  it('store no more for made-up visitors who are told of as ever earlier', () => {
    const units = new NewUnits(() => RUN, { slackMs: 0, mostOpen: 5 });
    let stored = 0;
    const now = new Date();
    for (let ageMs = 0; ageMs < 500; ageMs++) {
      const runs = unitsOfPage(RULESET, told({ f: 'on' }, { ageMs }), { targetingKey: TREATED }, 'open');
      const place = { projectId: 1, environmentId: 1, source: 'open' as const };
      stored += atOnce(units.rowsOf([arrived(place, reportOf([], { runs }))], now)).length;
    }
    expect(stored).toBe(40);
  });

  it('cost one evaluation for each flag, however often a report names it', () => {
    let reads = 0;
    const context = {
      get targetingKey() {
        reads += 1;
        return TREATED;
      },
    };
    const readsOf = (times: number) => {
      reads = 0;
      const flags = Array.from({ length: times }, () => ({ flag: 'f', variants: { on: 1 }, coded: 0 }));
      unitsOfPage(RULESET, told({}, { flags }), context, 'open');
      return reads;
    };
    expect(readsOf(1_000)).toBe(readsOf(1));
  });
});
