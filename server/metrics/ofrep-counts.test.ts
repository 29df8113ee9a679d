import type { Report } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../delivery/test-node.fixture.ts';
import { Problem } from '../platform/problem.ts';
import { OfrepCounts } from './ofrep-counts.ts';
import type { ReportPlace } from './report.ts';

const place = { projectId: 1, environmentId: 7 };

function open() {
  const clock = new TestClock();
  const put: [ReportPlace, Report][] = [];
  let failure: Error | undefined;
  const listeners = new Set<(served: { environmentId: number; position: string }) => void>();
  const errors: unknown[] = [];
  const counts = new OfrepCounts({
    writer: {
      put: async (where, report) => {
        if (failure !== undefined) throw failure;
        put.push([where, report]);
      },
    },
    clock,
    flags: {
      served: () => ({ position: 'e.1' }),
      onServed: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    onError: (error) => errors.push(error),
  });
  const count = (variant: string, of: ReportPlace = place) =>
    counts.of(of).asked.count({ key: 'f', variant, value: true, reason: 'STATIC', metadata: {} });
  const serve = (environmentId: number, position: string) => {
    for (const listener of listeners) listener({ environmentId, position });
  };
  const fail = (error: Error | undefined) => {
    failure = error;
  };
  return { clock, counts, count, serve, fail, put, errors };
}

describe('what this node evaluates for others', () => {
  it('is written by environment, and apart by the ruleset that answered', async () => {
    const { counts, count, serve, put } = open();
    const stop = counts.follow();
    count('on');
    serve(8, 'e.9');
    count('on');
    serve(7, 'e.2');
    count('off');
    count('on', { projectId: 2, environmentId: 9 });
    counts.of(place).bulk.count({ key: 'g', reason: 'DISABLED', metadata: {} });
    await counts.flush();
    stop();
    const seen = put.map(([{ environmentId }, { position, flags, bulk }]) => [
      ...[environmentId, position, flags[0]?.variants, bulk[0]?.coded],
    ]);
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(
      expect.arrayContaining([
        [7, 'e.1', { on: 2 }, undefined],
        [7, 'e.2', { off: 1 }, 1],
        [9, 'e.1', { on: 1 }, undefined],
      ]),
    );
    await counts.flush();
    expect(put).toHaveLength(3);
  });

  it('waits while the database is away, under one name, and is as old as it is', async () => {
    const { clock, counts, count, fail, put } = open();
    fail(new Problem('database_unavailable', 'no'));
    count('on');
    for (let i = 0; i < 20; i++) {
      await counts.flush();
      clock.advance(10_000);
      count('on');
    }
    fail(undefined);
    await counts.flush();
    const total = put.reduce((sum, [, report]) => sum + (report.flags[0]?.variants.on ?? 0), 0);
    expect(total).toBe(21);
    expect(put.length).toBeLessThanOrEqual(5);
    expect(put[0]?.[1].ageMs).toBe(200_000);
    expect(new Set(put.map(([, { batchId }]) => batchId)).size).toBe(put.length);
  });

  it('is told of and dropped where it can never be stored', async () => {
    const { counts, count, fail, put, errors } = open();
    fail(new Error('broken'));
    count('on');
    await counts.flush();
    expect(errors).toHaveLength(1);
    fail(undefined);
    count('off');
    await counts.flush();
    expect(put.map(([, { flags, dropped }]) => [flags[0]?.variants, dropped])).toEqual([[{ off: 1 }, 1]]);
  });
});
