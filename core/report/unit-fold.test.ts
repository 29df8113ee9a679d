import { describe, expect, it } from 'vitest';
import { compile } from '../evaluate/compile.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { flagWith, rulesetWith } from '../evaluate/ruleset.fixture.ts';
import type { Context } from '../model/evaluation.ts';
import type { MeasuredRun } from '../model/ruleset.ts';
import { measuredFlag } from './measured.fixture.ts';
import { type ReadRecord, readRun } from './records.fixture.ts';
import { MOST_UNITS, UnitFold } from './unit-fold.ts';
import { isSampled, UnitHash } from './unit-hash.ts';

const hash = new UnitHash('sample');
const nameOf = (unit: string) => `${hash.high(unit)}.${hash.low(unit)}`;

function open(changes: Partial<MeasuredRun> = {}) {
  const clock = { now: 1000 };
  const fold = new UnitFold(() => clock.now);
  let compiled = compile(rulesetWith({ f: measuredFlag(changes) }));
  fold.hold(compiled);
  const ask = (unit: string, more: Context = {}) => {
    const context = { targetingKey: unit, ...more };
    const found = evaluate(compiled, 'f', context);
    fold.expose(found, context);
    return found.variant;
  };
  const become = (next: Partial<MeasuredRun>) => {
    compiled = compile(rulesetWith({ f: measuredFlag(next) }));
    fold.hold(compiled);
  };
  const taken = (): ReadRecord[] => fold.take().flatMap(readRun);
  return { clock, fold, ask, become, taken };
}

const users = Array.from({ length: 400 }, (_, i) => `user-${i}`);

describe('a fold of units', () => {
  it('tells each unit that a run exposed once, by its hash, its arm and how long ago it was first', () => {
    const { clock, fold, ask, taken } = open();
    const served = users.map((unit) => [unit, ask(unit)] as const);
    clock.now += 250;
    for (const unit of users) ask(unit);
    const records = taken();
    const treated = served.filter(([, variant]) => variant === 'on').map(([unit]) => nameOf(unit));
    expect(records.filter(({ what }) => what === 'treatment').map(({ name }) => name)).toEqual(treated);
    expect(records.filter(({ what }) => what === 'control').length).toBeGreaterThan(50);
    expect(new Set(records.map(({ agoMs }) => agoMs))).toEqual(new Set([250]));
    expect(new Set(records.map(({ name }) => name)).size).toBe(records.length);
    expect(fold.take()).toEqual([]);
    for (const unit of users) ask(unit);
    expect(fold.waiting).toBe(0);
    // There is nothing new, and that is told: an entry of which nobody hears anything is held.
    expect(fold.take()).toMatchObject([{ run: 'r1', entry: 1, records: 0, dropped: 0 }]);
  });

  it('tells nothing of flags without a run, and is idle where there is none', () => {
    const { fold, taken } = open();
    fold.expose({ key: 'other', reason: 'SPLIT', variant: 'on', metadata: {} }, { targetingKey: 'u' });
    expect(taken()).toEqual([]);
    expect(fold.isIdle).toBe(false);
    fold.hold(compile(rulesetWith({ f: flagWith() })));
    expect(fold.isIdle).toBe(true);
  });

  it('measures the same units everywhere when it measures a sample, in both arms and of events', () => {
    const { fold, ask, taken } = open({ sample: { salt: 'sample', below: 30_000 } });
    for (const unit of users) {
      ask(unit);
      fold.track('bought', undefined, { targetingKey: unit });
    }
    const names = new Set(taken().map(({ name }) => name));
    const sampled = users.filter((unit) => isSampled(hash.high(unit), 30_000)).map(nameOf);
    expect(names.size).toBeGreaterThan(20);
    for (const name of names) expect(sampled).toContain(name);
  });

  it('tells the first event after an exposure here, and says so, with the first value', () => {
    const { fold, ask, taken } = open();
    const unit = users.find((one) => ask(one) === 'on')!;
    taken();
    for (const value of [undefined, 7, 9]) fold.track('ms', value, { targetingKey: unit });
    fold.track('other', 1, { targetingKey: unit });
    expect(taken()).toEqual(
      [undefined, 7].map((value) => ({
        ...{ what: 'ms', name: nameOf(unit), agoMs: 0, afterArm: true, afterTo: true, before: false, value },
      })),
    );
  });

  it('tells every event of a unit that another process may have exposed, and none of one that nobody can', () => {
    const { fold, ask, taken } = open();
    const [treated, nobody] = ['on', 'off'].map((variant) => {
      const seen = open();
      return users.find((unit) => seen.ask(unit) === variant && (variant === 'on' || seen.fold.waiting === 0))!;
    });
    for (let i = 0; i < 3; i++) {
      fold.track('bought', undefined, { targetingKey: treated! });
      fold.track('bought', undefined, { targetingKey: nobody! });
    }
    const records = taken();
    expect(records.map(({ name, afterArm, afterTo }) => [name, afterArm || afterTo])).toEqual(
      Array.from({ length: 3 }, () => [nameOf(treated!), false]),
    );
    ask(nobody!);
    expect(taken()).toEqual([]);
  });

  it('says of events that came before an exposure here that they did', () => {
    const { fold, ask, taken } = open({ treatment: [0, 50_000] });
    for (const unit of users) fold.track('bought', undefined, { targetingKey: unit });
    const exposed = new Set(users.slice(0, 200).map((unit) => (ask(unit) === 'on' ? nameOf(unit) : '')));
    const events = taken().filter(({ what }) => what === 'bought');
    expect(events.filter(({ name }) => exposed.has(name)).length).toBeGreaterThan(20);
    for (const { name, before, afterArm } of events) {
      if (exposed.has(name)) expect([before, afterArm]).toEqual([true, false]);
    }
    expect(events.filter(({ before }) => !before).length).toBeGreaterThan(50);
  });

  it('forgets an entry when the next one begins, and keeps it while only its sample falls', () => {
    const { ask, become, taken } = open();
    for (const unit of users) ask(unit);
    const before = taken().length;
    become({ sample: { salt: 'sample', below: 50_000 } });
    for (const unit of users) ask(unit);
    expect(taken()).toEqual([]);
    become({ entry: 2 });
    for (const unit of users) ask(unit);
    expect(taken().length).toBe(before);
  });

  it('keeps to its bounds: what finds no room is counted, and comes later', () => {
    const { fold, ask } = open({ treatment: [0, 20_000], control: [20_000, 40_000] });
    for (let i = 0; fold.waiting < MOST_UNITS + 5; i++) ask(`many-${i}`);
    const runs = [];
    while (fold.waiting > 0) runs.push(...fold.take());
    expect(runs.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(5);
    expect(runs.reduce((sum, { records }) => sum + records, 0)).toBe(MOST_UNITS);
    for (const run of runs) expect(JSON.stringify(run).length).toBeLessThan(450_000);
  });

  it('tells units anew that were lost on the way', () => {
    const { fold, ask } = open();
    for (const unit of users) ask(unit);
    const lost = fold.take();
    fold.lose(lost);
    for (const unit of users) ask(unit);
    const [again] = fold.take();
    expect(again?.records).toBe(lost[0]?.records);
    expect(again?.dropped).toBe(lost[0]?.records);
  });

  it.each([
    ['a run that is no object', 7],
    ['a run without a sample', { id: 'r', entry: 1, by: 'targetingKey' }],
    ['a run whose arms are words', { ...measuredFlag().run, treatment: ['a', 'b'] }],
  ])('throws nothing at %s, and measures nothing', (_name, run) => {
    const fold = new UnitFold(() => 0);
    fold.hold(compile(rulesetWith({ f: { ...measuredFlag(), run: run as never } })));
    expect(fold.isIdle).toBe(true);
  });

  it('throws nothing where a context fails when it is looked at', () => {
    const { fold, taken } = open();
    const hostile = Object.defineProperty({}, 'targetingKey', {
      get: () => {
        throw new Error('no');
      },
    });
    fold.expose({ key: 'f', reason: 'SPLIT', variant: 'on', metadata: {} }, hostile);
    fold.track('bought', 1, hostile);
    expect(taken()).toEqual([]);
  });
});
