import { describe, expect, it } from 'vitest';
import { compile } from '../evaluate/compile.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { rulesetWith } from '../evaluate/ruleset.fixture.ts';
import { ScriptedPorts } from '../sync/scripted-ports.fixture.ts';
import { dice } from '../sync/virtual-time.fixture.ts';
import { measuredFlag } from './measured.fixture.ts';
import { readRun } from './records.fixture.ts';
import { MOST_WAITING, type Report } from './report-queue.ts';
import { REPORT_EVERY_MS, ReportSender } from './report-sender.ts';

function open() {
  const ports = new ScriptedPorts();
  const random = dice(7);
  ports.random = random;
  const refused: number[] = [];
  const sender = new ReportSender({
    ...{ ports, headers: { authorization: 'Bearer k' }, position: 'e.1' },
    now: () => ports.time.now,
    onRefused: (status) => refused.push(status),
  });
  const count = (variant: string, times = 1) => {
    for (let i = 0; i < times; i++) {
      sender.queue.asked.count({ key: 'f', variant, value: true, reason: 'STATIC', metadata: {} }, false);
    }
  };
  const reports = () => ports.sent.map(({ body }) => JSON.parse(body ?? '') as Report);
  return { ports, sender, count, reports, refused };
}

const stored = { status: 202 };
const away = { status: 503, headers: { 'retry-after': '2' } };

describe('a sender of reports', () => {
  it('sends what was counted every ten seconds or so, and nothing where nothing was', async () => {
    const { ports, sender, count, reports } = open();
    ports.answers = [stored, stored];
    sender.begin();
    await ports.time.pass(REPORT_EVERY_MS * 3);
    expect(ports.sent).toEqual([]);
    count('on', 3);
    await ports.time.pass(REPORT_EVERY_MS * 1.3);
    count('off');
    await ports.time.pass(REPORT_EVERY_MS * 3);
    expect(reports().map(({ flags, position }) => [position, flags[0]?.variants])).toEqual([
      ['e.1', { on: 3 }],
      ['e.1', { off: 1 }],
    ]);
    expect(ports.sent[0]).toMatchObject({ method: 'POST', path: '/sdk/v1/reports' });
    expect(ports.sent[0]?.headers.authorization).toBe('Bearer k');
    expect(new Set(reports().map(({ batchId }) => batchId)).size).toBe(2);
    for (const { batchId } of reports()) expect(batchId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('begins a new batch when other answers hold, each with the place of the ruleset that answered', async () => {
    const { ports, sender, count, reports } = open();
    ports.answers = [stored, stored];
    sender.begin();
    count('on', 5);
    sender.moved('e.2');
    count('off', 2);
    await sender.flush();
    expect(reports().map(({ flags, position }) => [position, flags[0]?.variants])).toEqual([
      ['e.1', { on: 5 }],
      ['e.2', { off: 2 }],
    ]);
  });

  it('keeps what could not be sent under its name, says how old it is, and sends it when the server is back', async () => {
    const { ports, sender, count, reports } = open();
    ports.answers = [new Error('reset'), away, stored];
    sender.begin();
    count('on', 4);
    await ports.time.pass(120_000);
    expect(reports().map(({ flags }) => flags[0]?.variants)).toEqual([{ on: 4 }, { on: 4 }, { on: 4 }]);
    expect(new Set(reports().map(({ batchId }) => batchId)).size).toBe(1);
    const [first, second] = reports();
    expect(first?.ageMs).toBe(0);
    expect(second?.ageMs).toBeGreaterThan(2_000);
    expect(new Set(reports().map(({ durationMs }) => durationMs)).size).toBe(1);
  });

  it('loses no count however long the server is away, in a few batches', async () => {
    const { ports, sender, count, reports } = open();
    sender.begin();
    for (let i = 0; i < 200; i++) {
      count(`v${i % 3}`, 10);
      await ports.time.pass(5_000);
    }
    expect(sender.queue.length).toBe(MOST_WAITING);
    ports.sent.length = 0;
    ports.answers = Array.from({ length: 10 }, () => stored);
    await ports.time.pass(60_000);
    const got = reports();
    expect(got.length).toBeLessThanOrEqual(MOST_WAITING + 1);
    const total = got.flatMap(({ flags }) => Object.values(flags[0]?.variants ?? {})).reduce((a, b) => a + b, 0);
    expect(total).toBe(2000);
    expect(got.every(({ overflow, dropped }) => overflow + dropped === 0)).toBe(true);
  });

  it('sends events with the counts, or alone, and folds those together that wait', async () => {
    const { ports, sender, count, reports } = open();
    sender.begin();
    count('on');
    sender.queue.events.count('bought', 2);
    for (let i = 0; i < 100; i++) {
      sender.queue.events.count('bought', 1);
      await ports.time.pass(5_000);
    }
    ports.sent.length = 0;
    ports.answers = Array.from({ length: 10 }, () => stored);
    await ports.time.pass(60_000);
    const events = reports().flatMap((report) => report.events ?? []);
    expect(events.every(({ event }) => event === 'bought')).toBe(true);
    expect(events.reduce((all, { count, sum }) => [all[0]! + count, all[1]! + sum], [0, 0])).toEqual([101, 102]);
    expect(reports().length).toBeLessThanOrEqual(MOST_WAITING + 1);
  });

  it('sends all units that wait, in as many batches as they need, also at the end', async () => {
    const { ports, sender, reports } = open();
    sender.begin();
    const { units } = sender.queue;
    const flag = measuredFlag({ treatment: [0, 20_000], control: [20_000, 100_000] });
    const compiled = compile(rulesetWith({ f: flag }));
    units.hold(compiled);
    for (let i = 0; i < 100_000; i++) {
      const context = { targetingKey: `user-${i}` };
      units.expose(evaluate(compiled, 'f', context), context);
    }
    ports.answers = Array.from({ length: 20 }, () => stored);
    await sender.close();
    const records = reports().flatMap((report) => (report.runs ?? []).flatMap(readRun));
    expect(records).toHaveLength(100_000);
    expect(reports().length).toBeGreaterThan(MOST_WAITING);
  });

  it('does not knock before the server wants it, not even when it is told to flush', async () => {
    const { ports, sender, count } = open();
    ports.answers = [{ status: 429, headers: { 'retry-after': '100' } }];
    sender.begin();
    count('on');
    await sender.flush();
    await sender.flush();
    await ports.time.pass(95_000);
    expect(ports.sent).toHaveLength(1);
    await ports.time.pass(60_000);
    expect(ports.sent.length).toBeGreaterThan(1);
  });

  it('drops what the server refuses for good, says so, and tells the next time how much that was', async () => {
    const { ports, sender, count, reports, refused } = open();
    ports.answers = [{ status: 422 }, stored];
    sender.begin();
    count('on', 7);
    await sender.flush();
    count('off');
    await sender.flush();
    expect(refused).toEqual([422]);
    expect(reports().map(({ dropped }) => dropped)).toEqual([0, 7]);
    expect(sender.queue.length).toBe(0);
  });

  it.each([401, 403, 404])('keeps its counts where nobody takes them (%i), and asks seldom', async (status) => {
    const { ports, sender, count, reports } = open();
    ports.answers = [{ status }];
    sender.begin();
    count('on', 2);
    await sender.flush();
    await ports.time.pass(7_000);
    expect(ports.sent).toHaveLength(1);
    ports.answers = [stored];
    await ports.time.pass(120_000);
    expect(reports().at(-1)?.flags[0]?.variants).toEqual({ on: 2 });
    expect(sender.queue.length).toBe(0);
  });

  it('gives up a batch that may have been stored before the server forgets its name', async () => {
    const { ports, sender, count, reports } = open();
    sender.begin();
    count('on', 3);
    await ports.time.pass(21 * 3_600_000);
    ports.sent.length = 0;
    ports.answers = [stored];
    count('off');
    await ports.time.pass(60_000);
    expect(reports().map(({ flags, dropped }) => [flags[0]?.variants, dropped])).toEqual([[{ off: 1 }, 3]]);
  });

  it('sends once more when it is closed, and is still afterwards', async () => {
    const { ports, sender, count, reports } = open();
    sender.begin();
    count('on');
    ports.answers = [stored];
    await sender.close();
    expect(reports()).toHaveLength(1);
    count('on');
    await sender.flush();
    await ports.time.pass(60_000);
    expect(ports.sent).toHaveLength(1);
  });

  it('sends nothing before it begins, and throws nothing whatever its owner throws', async () => {
    const { ports, sender, count } = open();
    count('on');
    await sender.flush();
    expect(ports.sent).toEqual([]);
    const angry = new ReportSender({
      ...{ ports, headers: {}, now: () => ports.time.now },
      onRefused: () => {
        throw new Error('no');
      },
    });
    ports.answers = [{ status: 400 }];
    angry.begin();
    angry.queue.bulk.count({ key: 'f', reason: 'DISABLED', metadata: {} });
    await angry.close();
    expect(ports.sent).toHaveLength(1);
  });
});
