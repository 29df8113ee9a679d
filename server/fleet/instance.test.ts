import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceWith } from './instance.fixture.ts';
import { counts, type Instance, isAtLeast, laterPosition, type State, stateOf, whyNot } from './instance.ts';
import { readRow, writeRow } from './instance-row.ts';

const gone = { streams: 0, streamsSince: 10 };

describe('the state of an app', () => {
  it.each<[title: string, instance: Partial<Instance>, atMs: number, state: State]>([
    ['is live with a stream and a receipt a moment ago', {}, 1_000, { state: 'live' }],
    ['is live through one receipt that got lost', {}, 44_999, { state: 'live' }],
    ['lags when its stream is open and nothing is heard', {}, 45_000, { state: 'laggard', why: 'silent' }],
    ['is lost after a minute, stream or not', {}, 60_000, { state: 'lost' }],
    ['lags when its stream is gone', gone, 1_000, { state: 'laggard', why: 'disconnected' }],
    ['lags when it only fetches', { ...gone, polledAt: 10 }, 1_000, { state: 'laggard', why: 'polling' }],
    ['lags when it fetched only before', { ...gone, polledAt: 9 }, 1_000, { state: 'laggard', why: 'disconnected' }],
    ['lags when its node is gone', { nodeLives: false }, 1_000, { state: 'laggard', why: 'node lost' }],
    ['lags with a flag that it does not know', { unsupported: ['f'] }, 1, { state: 'laggard', why: 'unsupported' }],
    ['is live when it acknowledges by another node', { ...gone, isElsewhere: true }, 1_000, { state: 'live' }],
    ['is live again once it is heard of', { lastSeen: 100_000 }, 101_000, { state: 'live' }],
  ])('%s', (_title, instance, atMs, state) => {
    expect(stateOf(instanceWith(instance), atMs)).toEqual(state);
  });

  it('counts for a flip from its first contact to a minute after its last', () => {
    const instance = instanceWith({ firstSeen: 100, lastSeen: 200 });
    expect([99, 100, 60_199, 60_200].map((at) => counts(instance, at))).toEqual([false, true, true, false]);
  });

  it('names a reason for whoever did not acknowledge, whatever else is true of it', () => {
    expect(whyNot(instanceWith())).toBe('silent');
    expect(whyNot(instanceWith(gone))).toBe('disconnected');
    expect(whyNot(instanceWith({ ...gone, nodeLives: false }))).toBe('node lost');
  });
});

const revision = fc.nat(1_000_000);
const epoch = fc.constantFrom('a', 'b', 'c');
const position = fc.option(fc.tuple(epoch, revision).map(([name, number]) => `${name}.${number}`));

describe('positions', () => {
  it('of one epoch never go back, and those of two are never compared', () => {
    fc.assert(
      fc.property(epoch, epoch, revision, revision, (one, other, before, after) => {
        expect(isAtLeast(`${one}.${before}`, `${other}.${after}`)).toBe(one === other && before >= after);
        const later = laterPosition(`${one}.${before}`, `${other}.${after}`);
        expect(later).toBe(one === other ? `${one}.${Math.max(before, after)}` : `${other}.${after}`);
      }),
    );
  });

  it('that are not told change nothing', () => {
    expect(laterPosition('x.1', null)).toBe('x.1');
    expect(laterPosition(null, null)).toBe(null);
    expect(isAtLeast(null, 'x.1')).toBe(false);
  });
});

describe('what a node writes of its apps', () => {
  const place = { node: 'there', environmentId: 7, ageMs: 500, nodeLives: true };

  it('is read by another as the same apps, as old as the row is, whatever its clock says', () => {
    const any = fc.record({
      ...{ id: fc.string(), keyId: fc.string(), host: fc.string(), sdk: fc.string(), position },
      ...{ overlays: fc.array(fc.string()), unsupported: fc.array(fc.string()), isElsewhere: fc.boolean() },
      ...{ firstSeen: fc.nat(1_000), lastSeen: fc.nat(1_000), streamsSince: fc.nat(1_000), streams: fc.nat(2) },
      polledAt: fc.option(fc.nat(1_000), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(any), fc.nat(1_000_000), fc.boolean(), (written, now, ended) => {
        const instances = written.map((one) => instanceWith({ ...one }));
        const row = readRow(writeRow(instances, 1_000, ended), place, now);
        const shift = now - 500 - 1_000;
        expect(row).toEqual({
          ended,
          instances: instances.map((instance) => ({
            ...instance,
            ...{ node: 'there', nodeLives: !ended, isElsewhere: false },
            streams: instance.streams > 0 || instance.isElsewhere ? 1 : 0,
            firstSeen: instance.firstSeen + shift,
            lastSeen: instance.lastSeen + shift,
            streamsSince: instance.streamsSince + shift,
            polledAt: instance.polledAt === undefined ? undefined : instance.polledAt + shift,
          })),
        });
      }),
    );
  });

  it.each(['', 'null', '7', '{}', '{"v":2,"instances":[]}', '{"v":1,"instances":[{}]}', '{"v":1,"instances":[null]}'])(
    'is not read where it cannot be understood: %s',
    (body) => {
      expect(readRow(body, place, 0)).toBeUndefined();
    },
  );
});
