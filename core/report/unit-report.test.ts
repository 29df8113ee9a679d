import { describe, expect, it } from 'vitest';
import { compile } from '../evaluate/compile.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { rulesetWith } from '../evaluate/ruleset.fixture.ts';
import { measuredFlag } from './measured.fixture.ts';
import { readRun } from './records.fixture.ts';
import { MOST_WAITING, type Report, ReportQueue } from './report-queue.ts';

function open() {
  const clock = { now: 0 };
  let made = 0;
  const queue = new ReportQueue({ now: () => clock.now, makeId: () => String(made++) }, 'x.1');
  const compiled = compile(rulesetWith({ f: measuredFlag({ treatment: [0, 20_000], control: [20_000, 100_000] }) }));
  queue.units.hold(compiled);
  let users = 0;
  const ask = (count = 1) => {
    for (let i = 0; i < count; i++) {
      const context = { targetingKey: `user-${users++}` };
      queue.units.expose(evaluate(compiled, 'f', context), context);
    }
  };
  const recordsIn = (report: Report | undefined) => (report?.runs ?? []).flatMap(readRun);
  return { clock, queue, ask, recordsIn };
}

describe('units in reports', () => {
  it('stay as they are in a batch that was sent, and grow older with it', () => {
    const { clock, queue, ask, recordsIn } = open();
    ask();
    clock.now = 300;
    queue.cut();
    const first = queue.next();
    clock.now = 5_000;
    const again = queue.next();
    expect(again?.batchId).toBe(first?.batchId);
    expect(recordsIn(again)).toEqual(recordsIn(first));
    expect([first, again].map((report) => report?.runs?.[0]?.ageMs)).toEqual([0, 4_700]);
    expect(recordsIn(first).every(({ agoMs }) => agoMs === 300)).toBe(true);
    queue.settle(again?.batchId ?? '');
    expect(queue.next()).toBeUndefined();
  });

  it('are split over as many batches as they need, each of which a server takes', () => {
    const { queue, ask, recordsIn } = open();
    ask(35_000);
    queue.cut();
    let told = 0;
    for (let report = queue.next(); report !== undefined; report = queue.next()) {
      expect(JSON.stringify(report).length).toBeLessThan(400_000);
      told += recordsIn(report).length;
      queue.settle(report.batchId);
    }
    expect(told).toBe(35_000);
  });

  it('wait in their fold while batches wait for a server that is away, and none is lost', () => {
    const { clock, queue, ask, recordsIn } = open();
    for (let i = 0; i < 50; i++) {
      ask(10);
      queue.asked.count({ key: 'f', variant: 'on', value: true, reason: 'SPLIT', metadata: {} });
      clock.now += 10_000;
      queue.cut();
    }
    expect(queue.length).toBe(MOST_WAITING);
    let told = 0;
    for (let report = queue.next(); report !== undefined; report = queue.next()) {
      told += recordsIn(report).length;
      queue.settle(report.batchId);
      queue.cut();
    }
    expect(told).toBe(500);
  });

  it('that no server will ever take are told anew when they come again', () => {
    const { queue, ask, recordsIn } = open();
    ask(3);
    queue.cut();
    queue.drop(queue.next()?.batchId ?? '');
    ask(1);
    queue.cut();
    const next = queue.next();
    expect(recordsIn(next)).toHaveLength(1);
    expect(next?.runs?.[0]?.dropped).toBe(3);
  });
});
