import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EntryBounds, EntryUnits, SLACK_MS } from './entry-units.ts';
import { METRICS, RUN } from './measured-world.fixture.ts';
import { NewUnits } from './new-units.ts';
import { CONTROL, FIRST_EVENT, MARK_BEFORE, TREATMENT, type UnitRecord } from './read-units.ts';
import type { ReportSource } from './report.ts';
import { arrived, atOnce, reportOf } from './reports.fixture.ts';
import { WaitingEvents } from './waiting-events.ts';

const AT = 1_700_000_000_000;
const ALL = 100_000;
const PLACE = { projectId: 1, environmentId: 1 };

const record = (what: number, at: number, change: Partial<UnitRecord> = {}): UnitRecord => ({
  ...{ what, high: 1, low: 2, at, marks: 0, value: Number.NaN },
  ...change,
});
const hitsOf = (units: EntryUnits) => units.measure(METRICS, new Date(AT)).metrics.done?.hits;

/** Records as an app would write them: one unit for all, or each its own, so many ms before the report. */
function unitsOf(count: number, of: (i: number) => { low?: number; agoMs: number }): string {
  const bytes = Buffer.alloc(count * 12);
  for (let i = 0; i < count; i++) {
    const { low = 7, agoMs } = of(i);
    bytes.writeUInt32LE(low, i * 12 + 4);
    bytes.writeUInt32LE(agoMs, i * 12 + 8);
  }
  return bytes.toString('base64');
}
const tell = (fields: object) =>
  arrived(PLACE, reportOf([], { runs: [{ run: 'r1', entry: 1, ageMs: 0, dropped: 0, ...fields }] }));

/** What somebody tells who has a server key and no good in mind: each of these took minutes, in one piece. */
describe('an entry', () => {
  it('costs what its records are, where one unit has more events than fit and is told of as ever earlier', () => {
    const units = new EntryUnits(ALL);
    const begun = performance.now();
    for (let i = 0; i < 64_000; i++) units.add(record(FIRST_EVENT, AT - 300_000_000 + i), 'bought');
    for (let i = 0; i < 32_000; i++) units.add(record(TREATMENT, AT - i));
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(units.exposed).toEqual({ treatment: 1, control: 0, to: 1 });
    expect(hitsOf(units)).toEqual({ treatment: 0, control: 0, to: 0 });
  });

  it('costs no more where all its units would stand at one place of a table', () => {
    const units = new EntryUnits(ALL, { seed: 4_711 });
    const begun = performance.now();
    for (let high = 0; high < 200_000; high++) units.add(record(CONTROL, AT, { high }));
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(units.exposed.control).toBe(200_000);
  });

  it('finds out whether a unit had the event after its exposure, however many came before and in whatever order', () => {
    // Mostly of one kind and in order, as they come: of eight that wait the ninth is then the one that matters.
    const moment = (kind: object) =>
      fc.record({ at: fc.nat(400), before: fc.boolean(), valued: fc.boolean(), ...kind });
    const kinds = [{}, { before: fc.constant(false), valued: fc.constant(true) }];
    const some = fc.oneof(...kinds.map((kind) => fc.array(moment(kind), { minLength: 1, maxLength: 80 })));
    const inOrder = some.map((events) => [...events].sort((one, other) => one.at - other.at));
    const slackMs = 20;
    const check = (events: { at: number; before: boolean; valued: boolean }[], exposures: number[]) => {
      const units = new EntryUnits(ALL, { slackMs });
      for (const { at, before, valued } of events) {
        const how = { marks: before ? MARK_BEFORE : 0, value: valued ? at : Number.NaN };
        units.add(record(FIRST_EVENT, AT + at, how), 'bought');
      }
      for (const at of exposures) units.add(record(TREATMENT, AT + at));
      const since = Math.min(...exposures);
      const after = events.filter(({ at, before }) => at + (before ? 0 : slackMs) >= since);
      const mean = { ...METRICS[1]!, event: 'bought' };
      const { hits, values } = units.measure([mean], new Date(AT)).metrics.latency!;
      expect(hits).toEqual({ treatment: Math.sign(after.length), control: 0, to: Math.sign(after.length) });
      expect(values?.treatment.n).toBe(after.some(({ valued }) => valued) ? 1 : 0);
    };
    const exposures = fc.array(fc.nat(400), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(fc.oneof(some, inOrder), exposures, check), { numRuns: 300 });
  });

  it.each<[string, EntryBounds, number]>([
    ['units', { mostUnits: 10 }, 10],
    ['records', { mostRecords: 30 }, 30],
  ])('takes so many %s, says that it is full, and goes on with those that it has', (_title, bounds, most) => {
    const units = new EntryUnits(ALL, bounds);
    for (let low = 0; low < most - 1; low++) units.add(record(TREATMENT, AT, { low }));
    expect([units.isFull, units.size]).toEqual([false, most - 1]);
    for (let low = most; low < 50; low++) units.add(record(TREATMENT, AT, { low }));
    expect([units.isFull, units.size, units.exposed.treatment]).toEqual([true, most, most]);
    units.add(record(FIRST_EVENT, AT, { low: 0 }), 'bought');
    expect(hitsOf(units)?.treatment).toBe(bounds.mostUnits === undefined ? 0 : 1);
  });

  it('forgets the oldest of the events that wait, and takes no place of a unit for any', () => {
    const waiting = new WaitingEvents(100);
    for (let low = 0; low < 350; low++) waiting.add(1, low, 1, { at: AT, marks: 0, value: Number.NaN }, SLACK_MS);
    const kept = Array.from({ length: 350 }, (_, low) => {
      let count = 0;
      waiting.settle(1, low, 1, () => ++count === 0);
      return count;
    });
    expect([kept.indexOf(1), kept.lastIndexOf(1), kept.filter((one) => one === 1).length]).toEqual([200, 349, 150]);
    const units = new EntryUnits(ALL);
    for (let low = 0; low < 500; low++) units.add(record(FIRST_EVENT, AT, { low }), 'bought');
    expect(units.size).toBe(0);
  });
});

describe('what a node stores', () => {
  const storedOf = (node: NewUnits, reports: object[]) => {
    const rows = atOnce(node.rowsOf(reports.map(tell), new Date(AT)));
    return rows.reduce((sum, { body }) => sum + body.length / 24, 0);
  };

  it('of one unit is little, however much is told of it: some of the first, and then one a minute', () => {
    const node = new NewUnits(() => RUN);
    const early = { events: [{ event: 'bought', units: unitsOf(32_000, (i) => ({ agoMs: 3_600_000 - i * 100 })) }] };
    expect(storedOf(node, [early, early])).toBe(64 + 53);
    // Each as a ms earlier: it is the first moment that counts, and a ms is none.
    expect(storedOf(node, [{ treatment: unitsOf(30_000, (i) => ({ agoMs: i + 1 })) }])).toBe(64);
    expect(storedOf(node, [{ treatment: unitsOf(2, (i) => ({ agoMs: 60_100 + i })) }])).toBe(1);
  });

  it('of an entry is bounded, and what is left out is told of, as the first or as more of it', () => {
    const said: [string, ReportSource, number, boolean][] = [];
    const node = new NewUnits(() => RUN, {
      mostStored: 1_000,
      onFull: ({ run, source }, records, isFirst) => said.push([run, source, records, isFirst]),
    });
    const others = (from: number) => ({ control: unitsOf(700, (i) => ({ low: from + i, agoMs: 0 })) });
    expect([storedOf(node, [others(0)]), storedOf(node, [others(700)]), said]).toEqual([700, 700, []]);
    expect([storedOf(node, [others(1_400), others(2_100)]), storedOf(node, [others(0)])]).toEqual([0, 0]);
    expect(said).toEqual([
      ['r1', 'server', 700, true],
      ['r1', 'server', 700, false],
      ['r1', 'server', 700, false],
    ]);
  });

  it('begins anew with a smaller sample, whose units are few enough', () => {
    let run = RUN;
    const node = new NewUnits(() => run, { mostStored: 100 });
    const some = { control: unitsOf(150, (i) => ({ low: i, agoMs: 0 })) };
    expect([storedOf(node, [some]), storedOf(node, [some])]).toEqual([150, 0]);
    run = { ...RUN, sample: { ...RUN.sample, below: 50_000 } };
    expect(storedOf(node, [some])).toBe(150);
  });

  it('is looked at in short turns', () => {
    const work = new NewUnits(() => RUN).rowsOf(
      [tell({ control: unitsOf(20_001, (i) => ({ low: i, agoMs: 0 })) })],
      new Date(AT),
    );
    let turns = 0;
    while (!work.next().done) turns += 1;
    expect(turns).toBe(10);
  });
});
