import { describe, expect, it } from 'vitest';
import { readRunBody, writeRunBody } from '../rollouts/run-text.ts';
import {
  at,
  GUARDS,
  HOUR,
  healthy,
  MINUTE,
  policyOf,
  rolloutOf,
  runningRun,
  SECOND,
  stageOf,
  waitingRun,
} from './decide.fixture.ts';
import { decide } from './decide.ts';
import { followRun, nextStep } from './move-rollout.ts';
import {
  becomeEffective,
  endRun,
  enterStage,
  keepTime,
  noteDecision,
  pauseRun,
  pressRun,
  resumeRun,
  standStill,
  standsStill,
  waitAnew,
} from './move-run.ts';
import type { Run } from './rollout.ts';
import { activeMs, bakedMs, whenActive } from './run-time.ts';

const policy = policyOf();
const wrote = { target: 'fallthrough', serve: { variant: 'on' }, audienceRule: null, run: null };
const entryAt = (ms: number, stage = policy.path[0]!.stages[1]!, by = policy) => ({
  wrote,
  minUnits: 900,
  policy: by,
  stage,
  now: at(ms),
});

/** A run at the end of its first stage, with something of everything that belongs to an entry. */
const used: Run = {
  ...runningRun(policy),
  ...{ stoodMs: 5, stoodBeforeEffectMs: 3, overriddenRatio: true, pressedBy: 'person:p1', askedAfterMs: 7 },
  ...{ failed: { p95: { at: '', because: '' } }, passedGates: { ci: '' }, paged: { about: 'deadline', at: at(1) } },
};
const fresh = {
  ...{
    effectiveAt: null,
    stoodMs: 0,
    stoodBeforeEffectMs: 0,
    standsSince: null,
    overriddenRatio: false,
    pausedBy: null,
  },
  ...{ failed: {}, passedGates: {}, pressedBy: null, askedAfterMs: null, paged: null },
};

describe('an entry', () => {
  it('into a stage begins with nothing, and knows what it needs', () => {
    const next = enterStage(used, entryAt(HOUR));
    expect(next).toMatchObject({
      ...fresh,
      state: 'running',
      stage: 1,
      entry: 2,
      enteredAt: at(HOUR),
      minUnits: 900,
      wrote,
    });
    expect(next).toMatchObject({ measuredEntry: 2, measuredEntries: 2, anchor: used.anchor });
  });

  it('after a pause is a new one of the same stage', () => {
    const paused = pauseRun(used, { cause: 'person', actor: 'person:p1', reason: 'Lunch.', now: at(MINUTE) });
    const next = resumeRun(paused, entryAt(HOUR, policy.path[0]!.stages[0]!));
    expect(next).toMatchObject({
      ...fresh,
      state: 'running',
      stage: 0,
      entry: 2,
      measuredEntry: 2,
      enteredAt: at(HOUR),
    });
  });

  it('does not come of a resume before the first stage: it waits anew', () => {
    const paused = pauseRun(waitingRun({ passedGates: { ci: '' } }), {
      cause: 'person',
      actor: 'p',
      reason: '',
      now: at(0),
    });
    for (const next of [waitAnew(paused, at(HOUR)), resumeRun(paused, entryAt(HOUR))]) {
      expect(next).toMatchObject({
        ...fresh,
        state: 'waiting',
        stage: -1,
        entry: 0,
        arrivedAt: at(HOUR),
        wrote: paused.wrote,
      });
    }
  });

  it('counts as measured only where one of the testing guards applies', () => {
    const compares = policyOf({ guards: [GUARDS.errors, { ...GUARDS.budget, mode: 'shadow' }, GUARDS.p95] });
    const staff = stageOf({ audience: 'staff' });
    let run = waitingRun();
    const seen = [
      staff,
      stageOf({ exposure: 5_000 }),
      staff,
      stageOf({ exposure: 50_000 }),
      stageOf({ exposure: 100_000 }),
    ].map((stage) => {
      run = enterStage(run, entryAt(0, stage, compares));
      return run.measuredEntry;
    });
    expect(seen).toEqual([0, 1, 0, 2, 0]);
    const limits = policyOf({ guards: [GUARDS.budget] });
    expect(enterStage(waitingRun(), entryAt(0, staff, limits)).measuredEntry).toBe(1);
  });

  it('counts for those that only show or look at the arms, where nothing else tests', () => {
    const measured = (...guards: (typeof policy)['guards']) =>
      enterStage(waitingRun(), entryAt(0, stageOf({ exposure: 5_000 }), policyOf({ guards }))).measuredEntry;
    expect(measured(GUARDS.split)).toBe(1);
    expect(measured({ ...GUARDS.errors, mode: 'shadow' })).toBe(1);
    expect(measured(GUARDS.p95, GUARDS.alert)).toBe(0);
  });
});

describe('time in which a freeze lets its stage go on', () => {
  const { flag } = healthy(at(0));
  const finish = { flag, freeze: { name: 'Easter', until: null, inFlight: 'finish-stage' as const } };
  const hold = { flag, freeze: { name: 'Audit', until: null, inFlight: 'hold' as const } };
  const free = { flag, freeze: null };
  const times = (run: Run, minute: number) => {
    return [activeMs(run, at(minute * MINUTE)) / MINUTE, bakedMs(run, at(minute * MINUTE)) / MINUTE];
  };

  it('is bake, and no time of its deadline', () => {
    let run = keepTime(runningRun(policy), finish, at(10 * MINUTE));
    expect(times(run, 40)).toEqual([10, 40]);
    expect(whenActive(run, HOUR)).toBeNull();
    run = keepTime(keepTime(run, finish, at(20 * MINUTE)), free, at(50 * MINUTE));
    expect(times(run, 55)).toEqual([15, 55]);
    expect(whenActive(run, HOUR)).toEqual(at(100 * MINUTE));
    expect(keepTime(run, free, at(HOUR))).toBe(run);
  });

  it('is counted once where a stricter freeze holds within it', () => {
    let run = keepTime(runningRun(policy), finish, at(10 * MINUTE));
    run = keepTime(run, hold, at(20 * MINUTE));
    expect(times(run, 25)).toEqual([10, 20]);
    run = keepTime(run, finish, at(30 * MINUTE));
    run = keepTime(run, free, at(40 * MINUTE));
    expect(times(run, 45)).toEqual([15, 35]);
  });

  it('ends with the run, and with a pause', () => {
    const run = keepTime(runningRun(policy), finish, at(10 * MINUTE));
    const paused = pauseRun(run, { cause: 'person', actor: 'p', reason: 'Lunch.', now: at(20 * MINUTE) });
    expect([paused.waitsSince, times(paused, 60)]).toEqual([null, [10, 20]]);
    expect(endRun(run, 'rolledBack', at(20 * MINUTE))).toMatchObject({ waitsSince: null, waitedMs: 10 * MINUTE });
  });

  it('is not known to runs that were stored before it was', () => {
    const { waitedMs: _waited, waitsSince: _waits, ...old } = runningRun(policy);
    expect(readRunBody(writeRunBody(old as Run))).toMatchObject({ waitedMs: 0, waitsSince: null });
  });
});

describe('time in which it stands still', () => {
  it('is neither bake nor deadline', () => {
    let run = becomeEffective(runningRun(policy, { effectiveAt: null }), at(MINUTE));
    run = standStill(run, true, at(2 * MINUTE));
    expect([activeMs(run, at(9 * MINUTE)), bakedMs(run, at(9 * MINUTE))]).toEqual([2 * MINUTE, MINUTE]);
    run = standStill(standStill(run, true, at(3 * MINUTE)), false, at(10 * MINUTE));
    expect([activeMs(run, at(11 * MINUTE)), bakedMs(run, at(11 * MINUTE))]).toEqual([3 * MINUTE, 2 * MINUTE]);
    expect(standStill(run, false, at(12 * MINUTE))).toBe(run);
  });

  it('begins to be bake once, when it is in force everywhere', () => {
    const run = becomeEffective(runningRun(policy, { effectiveAt: null }), at(MINUTE));
    expect(becomeEffective(run, at(HOUR))).toBe(run);
  });

  it('before the bake is not taken from the bake', () => {
    let run = standStill(runningRun(policy, { effectiveAt: null }), true, at(MINUTE));
    run = becomeEffective(run, at(3 * MINUTE));
    run = standStill(run, false, at(4 * MINUTE));
    expect(bakedMs(run, at(5 * MINUTE))).toBe(MINUTE);
    expect(activeMs(run, at(5 * MINUTE))).toBe(2 * MINUTE);
  });

  it('is whenever it is paused, frozen, off, killed or shed', () => {
    const { flag } = healthy(at(0));
    const run = runningRun(policy);
    expect(standsStill(run, { flag, freeze: null })).toBe(false);
    expect(standsStill({ ...run, state: 'paused' }, { flag, freeze: null })).toBe(true);
    expect(standsStill(run, { flag, freeze: { name: 'Easter', until: null, inFlight: 'hold' } })).toBe(true);
    for (const not of [{ killed: true }, { shed: true }, { state: 'off' as const }]) {
      expect(standsStill(run, { flag: { ...flag, ...not }, freeze: null })).toBe(true);
    }
  });

  it('is not while a freeze lets stages be finished, but for what waits for its first', () => {
    const { flag } = healthy(at(0));
    const freeze = { name: 'Easter', until: null, inFlight: 'finish-stage' as const };
    expect(standsStill(runningRun(policy), { flag, freeze })).toBe(false);
    expect(standsStill(waitingRun(), { flag, freeze })).toBe(true);
    expect(standsStill({ ...runningRun(policy), state: 'paused' }, { flag, freeze })).toBe(true);
    expect(standsStill(runningRun(policy), { flag: { ...flag, killed: true }, freeze })).toBe(true);
  });

  it('does not begin anew by a second pause', () => {
    const first = pauseRun(runningRun(policy), { cause: 'person', actor: 'p', reason: 'Lunch.', now: at(SECOND) });
    expect(pauseRun(first, { cause: 'guard', actor: 'r', reason: '', now: at(HOUR) })).toBe(first);
    expect(first).toMatchObject({
      state: 'paused',
      standsSince: at(SECOND),
      pausedBy: { cause: 'person', at: at(SECOND) },
    });
  });
});

describe('what a decision leaves behind', () => {
  const gated = policyOf({
    gates: [
      { id: 'ci', kind: 'check', check: 'acceptance', always: true, at: 'every' },
      {
        id: 'smoke',
        kind: 'probe',
        url: '',
        method: 'GET',
        expect: 200,
        everyMs: 1,
        times: 1,
        always: false,
        at: 'every',
      },
      { id: 'calm', kind: 'incident-free', withinMs: HOUR, always: false, at: 'every' },
    ],
  });
  const noteAt = (run: Run, ms: number, evidence = healthy(at(ms))) => {
    for (const { id } of gated.gates) evidence.gates[id] = { open: true, because: 'open' };
    return noteDecision(run, decide({ rollout: rolloutOf(), run, policy: gated }, evidence, at(ms)), gated, at(ms));
  };

  it('is that a check passed, and a probe only once the bake is over; what must hold at the moment is not kept', () => {
    const early = noteAt(runningRun(gated), 29 * MINUTE);
    expect(early.passedGates).toEqual({ ci: at(29 * MINUTE).toISOString() });
    const late = noteAt(early, 30 * MINUTE);
    expect(late.passedGates).toEqual({ ci: at(29 * MINUTE).toISOString(), smoke: at(30 * MINUTE).toISOString() });
    const told = healthy(at(HOUR));
    told.gates.ci = { open: true, because: 'open', at: at(-HOUR).toISOString() };
    expect(
      noteDecision(
        runningRun(gated),
        decide({ rollout: rolloutOf(), run: runningRun(gated), policy: gated }, told, at(HOUR)),
        gated,
        at(HOUR),
      ).passedGates,
    ).toEqual({ ci: at(-HOUR).toISOString() });
    const evidence = healthy(at(HOUR));
    expect(decide({ rollout: rolloutOf(), run: late, policy: gated }, evidence, at(HOUR)).reason).toBe(
      'Holds: calm was not looked at yet.',
    );
  });

  it('is what failed, with its first reason', () => {
    const alarmed = (summary: string) => ({
      ...healthy(at(MINUTE)),
      signals: { alert: { at: at(0).toISOString(), summary } },
    });
    const failed = noteAt(noteAt(runningRun(gated), MINUTE, alarmed('It burns')), 2 * MINUTE, alarmed('Worse'));
    expect(failed.failed).toMatchObject({
      alert: { at: at(MINUTE).toISOString(), because: expect.stringMatching(/^It burns/) },
    });
    expect(Object.keys(failed.failed)).toEqual(['alert']);
  });
});

it('presses until the next entry', () => {
  const run = pressRun(runningRun(policy), 'person:p2');
  expect(run).toMatchObject({ pressedBy: 'person:p2' });
  expect(enterStage(run, entryAt(0))).toMatchObject({ pressedBy: null });
});

describe('going on past unequal arms', () => {
  const past = (by = policy) => {
    const [stage = stageOf({})] = by.path[0]?.stages ?? [];
    return resumeRun({ ...used, measuredEntries: 1 }, { ...entryAt(HOUR, stage, by), overridesRatio: true });
  };

  it('is a new entry of the same stage, and ends with it', () => {
    const run = past();
    expect(run).toMatchObject({ ...fresh, overriddenRatio: true, stage: 0, entry: 2, enteredAt: at(HOUR) });
    expect(enterStage(run, entryAt(2 * HOUR))).toMatchObject({ overriddenRatio: false });
  });

  it('forgets no comparison that failed before it, for in it none is made, and nothing else', () => {
    const shown = { ...GUARDS.latency, mode: 'shadow' } as const;
    const holding = policyOf({ guards: [{ ...GUARDS.errors, onFail: 'hold' }, shown, GUARDS.p95, GUARDS.split] });
    const said = { at: at(0).toISOString(), because: 'It tripled.', mayBeForged: true };
    const failed = { errors: said, latency: said, p95: said, split: said };
    const [stage = stageOf({})] = holding.path[0]?.stages ?? [];
    const entry = entryAt(HOUR, stage, holding);
    const run = resumeRun({ ...runningRun(holding), failed }, { ...entry, overridesRatio: true });
    const because = 'In entry 1, whose arms were unequal: It tripled.';
    expect(run.failed).toEqual({ errors: { ...said, because } });
    const scene = { rollout: rolloutOf(), run: becomeEffective(run, at(HOUR)), policy: holding };
    expect(decide(scene, healthy(at(2 * HOUR)), at(2 * HOUR))).toMatchObject({
      action: 'hold',
      reason: `Holds: guard errors failed. ${because}`,
    });
    // Whoever resumes begins the stage anew, and then it is compared again.
    expect(resumeRun(run, entry).failed).toEqual({});
  });

  it('spends no share of the budget where all that share it compare', () => {
    const compares = policyOf({ guards: [GUARDS.errors, GUARDS.split] });
    expect(past(compares)).toMatchObject({ measuredEntry: 0, measuredEntries: 1 });
    expect(enterStage(past(compares), entryAt(2 * HOUR, undefined, compares))).toMatchObject({ measuredEntry: 2 });
    expect(past(policyOf({ guards: [GUARDS.split] }))).toMatchObject({ measuredEntry: 0, measuredEntries: 1 });
    expect(past(policyOf({ guards: [GUARDS.errors, GUARDS.budget] }))).toMatchObject({ measuredEntry: 2 });
  });
});

describe('a rollout', () => {
  const path = ['staging', 'production'].map((environment) => ({
    environment,
    stages: [stageOf({ exposure: 100_000 })],
  }));
  const two = policyOf({ path });
  const staging = { ...runningRun(two), environment: 'staging' };

  it('goes on in the next environment, and is finished after the last', () => {
    const next = followRun(rolloutOf(), endRun(staging, 'finished', at(0)), two);
    expect(next).toMatchObject({ state: 'waiting', step: 1 });
    expect(nextStep(next, endRun(staging, 'finished', at(0)), two)).toBe(path[1]);
    const over = followRun(next, endRun(runningRun(two), 'finished', at(0)), two);
    expect(over).toMatchObject({ state: 'finished', step: 1 });
    expect(nextStep(over, endRun(runningRun(two), 'finished', at(0)), two)).toBeUndefined();
  });

  it.each(['rolledBack', 'killed', 'ended'] as const)('is %s with its run, and goes nowhere', (state) => {
    const run = endRun(staging, state, at(0));
    expect(followRun(rolloutOf(), run, two)).toMatchObject({ state, step: 0 });
    expect(nextStep(followRun(rolloutOf(), run, two), run, two)).toBeUndefined();
  });

  it('is where its run is while that lives', () => {
    expect(followRun(rolloutOf(), { ...staging, state: 'paused' }, two)).toMatchObject({ state: 'paused', step: 0 });
    expect(nextStep(rolloutOf(), staging, two)).toBeUndefined();
  });
});
