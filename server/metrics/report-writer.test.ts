import { describe, expect, it } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import type { ArrivedReport } from './report.ts';
import { ReportWriter, type ReportWriterParts } from './report-writer.ts';
import { reportOf } from './reports.fixture.ts';

const place = { projectId: 1, environmentId: 1 };
const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function open(change: Partial<ReportWriterParts> = {}) {
  const written: number[] = [];
  const outcomes: string[] = [];
  const note = (name: string) => (count: number) => void (count > 0 && outcomes.push(`${name} ${count}`));
  const writer = new ReportWriter({
    store: async (arrived) => {
      written.push(arrived.length);
      return arrived.length;
    },
    clock: systemClock,
    counts: { stored: note('stored'), repeated: note('repeated'), failed: note('failed') },
    gatherMs: 30,
    ...change,
  });
  return { writer, written, outcomes };
}

const put = (writer: ReportWriter, id = '0') =>
  writer.put(place, reportOf([], { batchId: id.repeat(32).slice(0, 32) })).then(
    () => 'stored',
    (error: unknown) => (error instanceof Problem ? `${error.status} ${error.extra.retryAfterSeconds}` : String(error)),
  );

describe('a writer of reports', () => {
  it('writes what comes together in one transaction, and answers nobody before it is committed', async () => {
    let commit = () => {};
    const committed = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const { writer, written } = open();
    const answers: string[] = [];
    const slow = open({
      store: async (arrived) => {
        written.push(arrived.length);
        await committed;
        return arrived.length;
      },
    });
    const all = Promise.all(Array.from({ length: 5 }, () => put(slow.writer).then((answer) => answers.push(answer))));
    await expect.poll(() => written).toEqual([5]);
    expect(answers).toEqual([]);
    commit();
    await all;
    expect(answers).toEqual(Array(5).fill('stored'));
    expect(slow.outcomes).toEqual(['stored 5']);
    expect(await put(writer)).toBe('stored');
  });

  it('gathers while a transaction runs, and takes so many into one', async () => {
    const { writer, written } = open();
    await Promise.all(Array.from({ length: 600 }, () => put(writer)));
    expect(written.reduce((a, b) => a + b, 0)).toBe(600);
    expect(written.length).toBe(3);
  });

  it('takes fewer together the more units they tell of, and no more than it has room for', async () => {
    const { writer, written } = open();
    const runs = [{ run: 'r1', entry: 1, ageMs: 0, dropped: 0, control: 'A'.repeat(60_000 * 16) }];
    const tell = () =>
      writer.put(place, reportOf([], { runs })).then(
        () => 'stored',
        (error: Problem) => error.code,
      );
    const answers = await Promise.all(Array.from({ length: 70 }, tell));
    expect(written).toEqual([...Array(8).fill(8), 3]);
    expect(answers).toEqual([...Array(67).fill('stored'), ...Array(3).fill('busy')]);
    expect(await tell()).toBe('stored');
  });

  it('sends everybody away with a time to come back when the database is not there, and stores again when it is', async () => {
    let isThere = false;
    const { writer, outcomes } = open({
      store: async (arrived) => {
        if (!isThere) throw refused();
        return arrived.length;
      },
    });
    expect(await Promise.all([put(writer), put(writer)])).toEqual(['503 2', '503 2']);
    isThere = true;
    expect(await put(writer)).toBe('stored');
    expect(outcomes).toEqual(['failed 2', 'stored 1']);
  });

  it('keeps nobody waiting behind a transaction that hangs, and begins no other meanwhile', async () => {
    let go = (_count: number) => {};
    let begun = 0;
    const { writer } = open({
      patienceMs: 30,
      store: () => {
        begun += 1;
        return new Promise<number>((resolve) => {
          go = resolve;
        });
      },
    });
    const first = put(writer);
    await expect.poll(() => begun).toBe(1);
    const behind = put(writer);
    expect(await first).toBe('503 2');
    expect(await behind).toBe('503 2');
    expect(await put(writer)).toBe('503 2');
    expect(begun).toBe(1);
    go(1);
    await expect.poll(async () => ((await put(writer)) === '503 2' && begun > 1 ? 'again' : begun)).toBe('again');
    go(1);
  });

  it('lets one that cannot be stored hold up nobody but itself', async () => {
    const { writer } = open({
      store: async (arrived: readonly ArrivedReport[]) => {
        if (arrived.some(({ report }) => report.batchId.startsWith('b'))) throw new Error('no such thing');
        return arrived.length;
      },
    });
    expect(await Promise.all([put(writer, 'a'), put(writer, 'b'), put(writer, 'c')])).toEqual([
      'stored',
      'Error: no such thing',
      'stored',
    ]);
  });
});
