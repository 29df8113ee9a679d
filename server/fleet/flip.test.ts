import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countApps, type Flip, foldReceipts, hasReached } from './flip.ts';
import { instanceWith } from './instance.fixture.ts';
import { type Instance, nameOf } from './instance.ts';

const flip: Flip = { environmentId: 7, position: 'x.5', kill: undefined, flags: ['f'] };
const kill: Flip = { environmentId: 7, position: undefined, kill: 'k', flags: ['f'] };
const here = instanceWith({ position: 'x.5' });
const behind = instanceWith({ position: 'x.4' });

describe('a flip has reached an app', () => {
  it.each<[string, Partial<Instance>, Flip, boolean]>([
    ['that is at its position', { position: 'x.5' }, flip, true],
    ['that is beyond it', { position: 'x.9' }, flip, true],
    ['not one that is before it', { position: 'x.4' }, flip, false],
    ['not one of another epoch', { position: 'y.9' }, flip, false],
    ['not one that never said where it is', { position: null }, flip, false],
    ['that holds the kill', { overlays: ['k'] }, kill, true],
    ['not one that holds another', { overlays: ['l'], position: 'x.9' }, kill, false],
    ['whose base records the kill', { position: 'x.6' }, { ...kill, position: 'x.6' }, true],
    [
      'that holds the kill, though its base does not record it',
      { overlays: ['k'] },
      { ...kill, position: 'x.6' },
      true,
    ],
  ])('%s', (_title, instance, of, reached) => {
    expect(hasReached(instanceWith(instance), of)).toBe(reached);
  });
});

describe('the receipts of a flip', () => {
  const fold = (atFlip: Instance[], now: Instance[], times: [string, number][] = [], of = flip) =>
    foldReceipts(countApps(of, atFlip, now, new Map(times)), 10_000);

  it('are of nobody where nobody was there', () => {
    expect(fold([], [here])).toEqual({ live: 0, reached: 0, p50: null, p99: null, max: null, laggards: [] });
  });

  it('name whoever has not acknowledged, by host, and why', () => {
    const b = instanceWith({ id: 'i2', host: 'b', position: 'x.4', lastSeen: 7_000 });
    const a = instanceWith({ id: 'i3', host: 'a', position: null, streams: 0, streamsSince: 1 });
    const { laggards, ...rest } = fold([here, b, a], [here, b, a], [['k1/i1', 12.4]]);
    expect(rest).toEqual({ live: 3, reached: 1, p50: 12, p99: 12, max: 12 });
    expect(laggards).toEqual([
      { instance: 'i3', host: 'a', environmentId: 7, position: null, silentMs: 10_000, why: 'disconnected' },
      { instance: 'i2', host: 'b', environmentId: 7, position: 'x.4', silentMs: 3_000, why: 'silent' },
    ]);
  });

  it('count an app once that two nodes know, by what either has heard', () => {
    const there = instanceWith({ position: 'x.5', node: 'there', lastSeen: 1 });
    const late = { ...behind, lastSeen: 2 };
    expect(fold([behind, there], [late, there])).toMatchObject({ live: 1, reached: 1, max: null });
    expect(fold([behind], [{ ...behind, node: 'there' }, late])).toMatchObject({ live: 1, reached: 0 });
  });

  it('count whom nobody knows any more as a laggard', () => {
    expect(fold([behind], [])).toMatchObject({ live: 1, reached: 0, laggards: [{ instance: 'i1' }] });
  });

  it('do not take an app for one that serves a flag which it does not understand', () => {
    const strange = { ...here, unsupported: ['f'] };
    const times: [string, number][] = [['k1/i1', 5]];
    expect(fold([strange], [strange], times)).toMatchObject({ reached: 0, laggards: [{ why: 'unsupported' }] });
    const other = { ...here, unsupported: ['g'] };
    expect(fold([other], [other], times)).toMatchObject({ reached: 1, laggards: [] });
    expect(fold([other], [other], times, { ...flip, flags: undefined })).toMatchObject({ reached: 0 });
  });

  it('add up, in any company: each app once, reached or named, and times in order', () => {
    const app = fc.record({
      id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
      at: fc.nat(10),
      wasThere: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(app), fc.dictionary(fc.constantFrom('1', '2', '3'), fc.nat(1_000)), (apps, seen) => {
        const known = apps.map(({ id, at }) => instanceWith({ id, position: `x.${at}` }));
        const atFlip = known.filter((_one, index) => apps[index]?.wasThere);
        const times = Object.entries(seen).map(([id, ms]): [string, number] => [`k1/${id}`, ms]);
        const { live, reached, p50, p99, max, laggards } = fold(atFlip, known, times);
        const names = new Set(atFlip.map(nameOf));
        expect(live).toBe(names.size);
        expect(reached + laggards.length).toBe(live);
        const mine = times.filter(([name]) => names.has(name)).map(([, ms]) => ms);
        expect(max).toBe(mine.length === 0 ? null : Math.max(...mine));
        if (p50 !== null && p99 !== null && max !== null) expect([p50 <= p99, p99 <= max]).toEqual([true, true]);
        for (const { instance } of laggards) {
          const mates = known.filter(({ id }) => id === instance);
          expect(mates.some((one) => hasReached(one, flip)) || Object.hasOwn(seen, instance)).toBe(false);
        }
      }),
    );
  });
});
