import type { Report } from '@turnout/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryUnits, SLACK_MS } from './entry-units.ts';
import { LATE_MS } from './judge-windows.ts';
import { AppProcess, arrived, METRICS, NaiveModel, RUN, rounded } from './measured-world.fixture.ts';
import { NewUnits } from './new-units.ts';
import { FIRST_EVENT, MARK_ARM, MARK_BEFORE, TREATMENT } from './read-units.ts';
import { atOnce } from './reports.fixture.ts';
import { readRow, type UnitRow } from './unit-row.ts';

const PLACE = { projectId: 1, environmentId: 1 };
const PROCESSES = 3;
const NODES = 2;

const step = fc.record({
  process: fc.nat(PROCESSES - 1),
  node: fc.nat(NODES - 1),
  unit: fc.nat(3),
  what: fc.constantFrom(
    'ask',
    'ask',
    'bought',
    'bought',
    'ms',
    'value',
    'value',
    'cut',
    'cut',
    'send',
    'send-again',
    'restart-node',
  ),
  staff: fc.boolean(),
  waitMs: fc.integer({ min: 1, max: 25 }),
  pick: fc.nat(),
});

function play(steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  let now = 1_700_000_000_000;
  const model = new NaiveModel();
  const processes = Array.from(
    { length: PROCESSES },
    (_, i) => new AppProcess(() => now - 1_600_000_000_000 + i * 777),
  );
  const nodes = Array.from({ length: NODES }, () => new NewUnits(() => RUN, { slackMs: 0 }));
  const rows: UnitRow[] = [];
  const stored = new Set<string>();
  let waiting: (() => Report)[] = [];
  const store = (node: number, report: Report) => {
    if (stored.has(report.batchId)) return;
    stored.add(report.batchId);
    rows.push(...atOnce(nodes[node]!.rowsOf([arrived(PLACE, report)], new Date(now))));
  };
  const act = ({ process, node, unit: number, what, staff, pick }: (typeof steps)[number]) => {
    const app = processes[process]!;
    const unit = `user-${number}`;
    if (what === 'ask') {
      // Staff that is in no arm by its bucket, or in treatment: control is never given `to`.
      const plain = new AppProcess(() => 0).ask({ targetingKey: unit });
      const isStaff = staff && plain === 'on';
      app.ask({ targetingKey: unit, staff: isStaff });
      const arm = isStaff ? 'to' : plain === 'off' ? 'control' : isTreated(unit) ? 'treatment' : 'to';
      model.seen.push({ unit, at: now, arm });
    } else if (what === 'bought' || what === 'ms' || what === 'value') {
      const event = what === 'bought' ? 'bought' : 'ms';
      const value = what === 'value' ? pick % 100 : undefined;
      app.track(event, value, { targetingKey: unit });
      model.seen.push({ unit, at: now, event, value });
    } else if (what === 'cut') waiting.push(app.cut());
    else if (what === 'send' && waiting.length > 0) {
      const [taken] = waiting.splice(pick % waiting.length, 1);
      store(node, taken!());
    } else if (what === 'send-again' && waiting.length > 0) {
      // It was stored, and nobody heard of it: it comes again later, to whichever node.
      store(node, waiting[pick % waiting.length]!());
    } else if (what === 'restart-node') nodes[node] = new NewUnits(() => RUN, { slackMs: 0 });
  };
  for (const one of steps) {
    now += one.waitMs;
    act(one);
  }
  waiting = [...waiting, ...processes.map((process) => process.cut())];
  for (const tell of waiting) store(0, tell());
  return { model, rows, now };
}

const treated = new Map<string, boolean>();
function isTreated(unit: string): boolean {
  let found = treated.get(unit);
  if (found === undefined) {
    found = new AppProcess(() => 0).isTreated(unit);
    treated.set(unit, found);
  }
  return found;
}

function read(rows: readonly UnitRow[], below = 100_000): EntryUnits {
  const units = new EntryUnits(below, { slackMs: 0 });
  for (const row of rows) for (const record of readRow(row)) units.add(record, row.events[record.what - 3]);
  return units;
}

describe('units that are counted', () => {
  it('are those that were there, whoever told it, how often and in what order', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const { model, rows, now } = play(steps);
        for (const at of [now, now + LATE_MS + 25, now + LATE_MS + 60]) {
          const measured = read(rows).measure(METRICS, new Date(at));
          expect(rounded(measured)).toEqual(rounded(model.measure(at)));
          const smaller = read(rows, 50_000).measure(METRICS, new Date(at));
          expect(rounded(smaller)).toEqual(rounded(model.measure(at, 50_000)));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('open the test anew after every two hundred with the event, at the same places for every reader', () => {
    let now = 1_700_000_000_000;
    const app = new AppProcess(() => now);
    const node = new NewUnits(() => RUN, { slackMs: 0 });
    const rows: UnitRow[] = [];
    for (let i = 0; i < 3000; i++) {
      now += 1;
      app.ask({ targetingKey: `u${i}` });
      if (i % 3 === 0) app.track('bought', undefined, { targetingKey: `u${i}` });
      if (i % 500 === 0) rows.push(...atOnce(node.rowsOf([arrived(PLACE, app.cut()())], new Date(now))));
    }
    rows.push(...atOnce(node.rowsOf([arrived(PLACE, app.cut()())], new Date(now))));
    const { metrics } = read(rows).measure(METRICS, new Date(now + LATE_MS + 50));
    const { hits, restarts, absolute } = metrics.done!;
    expect(restarts).toHaveLength(Math.floor((hits.treatment + hits.control) / 200));
    for (const [i, [treatment, control]] of restarts.entries()) expect(treatment + control).toBe((i + 1) * 200);
    const { bad, good, restarts: opened } = absolute![50]!;
    expect(opened).toHaveLength(Math.floor((bad + good) / 200));
    expect(read(rows).measure(METRICS, new Date(now)).metrics.done?.restarts).toEqual(restarts);
  });

  it('lose no event to reports that travelled unequally fast, and gain none where the order is known', () => {
    const at = 1_700_000_000_000;
    const record = (what: number, ms: number, marks = 0) => ({
      what,
      high: 1,
      low: 2,
      at: at + ms,
      marks,
      value: Number.NaN,
    });
    const hits = (ms: number, marks: number) => {
      const units = new EntryUnits(100_000);
      units.add(record(FIRST_EVENT, ms, marks), 'bought');
      units.add(record(TREATMENT, 0));
      return units.measure(METRICS, new Date(at)).metrics.done?.hits.treatment;
    };
    expect([hits(-SLACK_MS, 0), hits(-SLACK_MS - 1, 0)]).toEqual([1, 0]);
    expect([hits(-1, MARK_BEFORE), hits(-60_000, MARK_ARM)]).toEqual([0, 1]);
  });

  it('are stored once by a node, and that somebody reports now and then', () => {
    const at = 1_700_000_000_000;
    const store = (node: NewUnits, afterMs: number) => {
      const app = new AppProcess(() => 0);
      for (let i = 0; i < 20; i++) app.ask({ targetingKey: `u${i}` });
      return atOnce(node.rowsOf([arrived(PLACE, app.cut()())], new Date(at + afterMs))).map(
        ({ body }) => body.length > 0,
      );
    };
    const node = new NewUnits(() => RUN);
    expect([store(node, 0), store(node, 10_000), store(node, 29_999), store(node, 30_000)]).toEqual([
      [true],
      [],
      [],
      [false],
    ]);
    node.forget(new Set([PLACE.environmentId]));
    expect(store(node, 30_001)).toEqual([true]);
  });

  it('are stored with the events that the run’s metrics name, and with no other', () => {
    const app = new AppProcess(() => 0);
    app.track('bought', undefined, { targetingKey: 'u1' });
    const report = app.cut()();
    const [run] = report.runs ?? [];
    const events = ['bought', 'made-up'].map((event) => ({ event, units: run?.events?.[0]?.units ?? '' }));
    const forged = { ...report, runs: run === undefined ? [] : [{ ...run, events }] };
    const rows = atOnce(new NewUnits(() => RUN).rowsOf([arrived(PLACE, forged)], new Date()));
    expect(rows.map((row) => row.events)).toEqual([['bought']]);
  });

  it('are dropped where their entry is not the one that runs', () => {
    const app = new AppProcess(() => 0);
    app.ask({ targetingKey: 'user-1' });
    const report = app.cut();
    const later = new NewUnits((_, run) => (run === 'r1' ? { ...RUN, entry: 2 } : undefined));
    expect(atOnce(later.rowsOf([arrived(PLACE, report())], new Date()))).toEqual([]);
    expect(atOnce(new NewUnits(() => undefined).rowsOf([arrived(PLACE, report())], new Date()))).toEqual([]);
  });
});
