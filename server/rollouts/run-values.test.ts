import { describe, expect, it } from 'vitest';
import { at, policyOf, runningRun, T0 } from '../decisions/decide.fixture.ts';
import { isPointDue } from '../decisions/guard-point.ts';
import { pauseRun } from '../decisions/move-run.ts';
import { followReach, REACH_MS, type Reach, stateOfReach } from './reach.ts';
import { readingsOf } from './readings.ts';
import { readRunBody, writeRunBody } from './run-text.ts';

describe('what is kept of a run', () => {
  it('comes back as it went, dates and all', () => {
    const run = pauseRun(runningRun(policyOf()), { cause: 'person', actor: 'root', reason: 'r', now: at(5_000) });
    const { id, rollout, environmentId, environment, isProtected, state, version, ...body } = run;
    expect(readRunBody(JSON.parse(JSON.stringify(writeRunBody(run))))).toEqual(body);
    expect(body.pausedBy?.at).toEqual(at(5_000));
    expect([id, rollout, environmentId, environment, isProtected, state, version]).not.toContain(undefined);
  });

  it('is of one entry, where sources said it', () => {
    const kept = { entry: 3, full: true, asks: { 0: 1 }, exposed: { treatment: 1, control: 1, to: 1 } };
    expect(readingsOf(kept, 3)).toMatchObject({ entry: 3, asks: { 0: 1 }, probes: {}, thresholds: {} });
    expect(readingsOf(kept, 4)).toEqual({
      entry: 4,
      asks: {},
      probes: {},
      thresholds: {},
      askedAt: null,
      exposed: null,
      full: false,
    });
  });

  it('is a few hundred points of a guard for a day, and not many more for a week', () => {
    const count = (ms: number) => {
      let points = 0;
      let last: Date | undefined;
      for (let now = 0; now <= ms; now += 5_000) {
        if (!isPointDue(T0, last, at(now))) continue;
        points++;
        last = at(now);
      }
      return points;
    };
    expect(count(60_000)).toBe(13);
    expect(count(86_400_000)).toBeLessThan(700);
    expect(count(7 * 86_400_000) - count(86_400_000)).toBeLessThan(250);
  });
});

describe('how far a write has come', () => {
  const reach: Reach = {
    ...{ position: 'e.7', changeId: 1, writtenAt: T0.toISOString(), reachedAt: null, lateAt: null, laggards: [] },
  };
  const lags = { effective: false, laggards: ['till-7'] };

  it('is pending, late once its time is over, and reached whenever everybody has it', () => {
    const early = followReach(reach, lags, at(REACH_MS - 1));
    expect([stateOfReach(early), early.laggards]).toEqual(['pending', ['till-7']]);
    const late = followReach(early, lags, at(REACH_MS));
    expect(stateOfReach(late)).toBe('late');
    expect(followReach(late, lags, at(REACH_MS + 9_000)).lateAt).toBe(late.lateAt);
    const reached = followReach(late, { effective: true, laggards: [] }, at(60_000));
    expect([stateOfReach(reached), reached.laggards]).toEqual(['reached', []]);
    expect(followReach(reached, lags, at(90_000))).toBe(reached);
  });
});
