import { describe, expect, it } from 'vitest';
import { at, DAY, GUARDS, HOUR, MINUTE, waitingRun } from './decide.fixture.ts';
import type { ThresholdReading, Verdict } from './decision.ts';
import { entry, type Happens, judge, withoutControl } from './judge-one.fixture.ts';

describe('a limit', () => {
  const windows = (bad: number, good: number) =>
    entry(({ metrics }) => {
      metrics['http.5xx']!.absolute = { [10 * MINUTE]: { bad, good, restarts: [] } };
    });
  it.each<[string, Happens, Verdict, string]>([
    ['holds', windows(20, 4980), 'pass', 'advance'],
    ['is broken', windows(100, 900), 'fail', 'rollBack'],
    ['cannot be judged before a window is over', windows(0, 0), 'inconclusive', 'hold'],
    [
      'has no data where nothing was reported',
      ({ evidence }) => {
        evidence.entry = undefined;
      },
      'no-data',
      'hold',
    ],
    [
      'needs no control',
      (scene) => {
        withoutControl(scene);
        windows(100, 900)(scene);
      },
      'fail',
      'rollBack',
    ],
    [
      'does not apply before the first stage',
      (scene) => {
        scene.run = waitingRun();
      },
      'not-applicable',
      'advance',
    ],
  ])('%s', (_title, happens, verdict, action) => {
    expect(judge(GUARDS.budget, happens)).toMatchObject({ verdict, action });
  });
});

describe('a threshold', () => {
  const reads =
    (reading: ThresholdReading): Happens =>
    ({ evidence }) => {
      evidence.thresholds = { p95: reading };
    };
  const value = (beyondMs: number | null, readAt = HOUR): ThresholdReading => ({
    ...{ kind: 'value', value: beyondMs === null ? 0.2 : 0.5, at: at(readAt).toISOString() },
    beyondSince: beyondMs === null ? null : at(readAt - beyondMs).toISOString(),
  });
  const since = (ms: number) => at(HOUR - ms).toISOString();
  const cases: [string, Happens, Verdict, string][] = [
    ['passes within its bound', reads(value(null)), 'pass', 'advance'],
    ['fails beyond it for long enough', reads(value(2 * MINUTE)), 'fail', 'rollBack'],
    ['goes nowhere while it is beyond it for a moment', reads(value(2 * MINUTE - 1)), 'inconclusive', 'hold'],
    ['does not fail by a value that only grew old', reads(value(MINUTE, HOUR - 4 * MINUTE)), 'inconclusive', 'hold'],
    ['has no data where its value is too old', reads(value(null, HOUR - 5 * MINUTE)), 'no-data', 'hold'],
    ['has no data where the source has none', reads({ kind: 'no-data', since: since(5 * MINUTE) }), 'no-data', 'hold'],
    [
      'counts no time before its entry',
      (scene) => {
        Object.assign(scene.run, { enteredAt: at(HOUR - MINUTE), effectiveAt: at(0) });
        reads({ kind: 'no-data', since: since(HOUR) })(scene);
      },
      'inconclusive',
      'hold',
    ],
    ['cannot say while data may still come', reads({ kind: 'no-data', since: since(MINUTE) }), 'inconclusive', 'hold'],
    [
      'counts nothing by nothing as no data',
      reads({ kind: 'not-a-number', since: since(5 * MINUTE) }),
      'no-data',
      'hold',
    ],
    ['is an error with several series', reads({ kind: 'several-series', count: 3, since: since(0) }), 'error', 'hold'],
    [
      'does not keep from the first stage what it can only answer once somebody gets it',
      (scene) => {
        scene.run = waitingRun();
        reads({ kind: 'not-a-number', since: since(DAY) })(scene);
      },
      'not-applicable',
      'advance',
    ],
    [
      'keeps from the first stage where nobody answers',
      (scene) => {
        scene.run = waitingRun();
        reads({ kind: 'error', message: 'refused', since: since(DAY) })(scene);
      },
      'error',
      'hold',
    ],
    [
      'is an error where nobody answers',
      reads({ kind: 'error', message: 'refused', since: since(DAY) }),
      'error',
      'hold',
    ],
    [
      'cannot say before it was asked',
      ({ evidence }) => {
        evidence.thresholds = {};
      },
      'inconclusive',
      'hold',
    ],
    [
      'watches protected environments only, unless it names one',
      ({ run }) => {
        run.isProtected = false;
      },
      'not-applicable',
      'advance',
    ],
  ];
  it.each(cases)('%s', (_title, happens, verdict, action) => {
    expect(judge(GUARDS.p95, happens)).toMatchObject({ verdict, action });
  });

  it('pauses by an error only where the policy says so, and only when it lasts', () => {
    const paused = (ms: number) =>
      judge(GUARDS.p95, (scene) => {
        scene.policy.evidence.onError = 'pause';
        reads({ kind: 'error', message: 'refused', since: since(ms) })(scene);
      });
    expect(paused(MINUTE)).toMatchObject({ action: 'hold', page: null });
    expect(paused(5 * MINUTE)).toMatchObject({ action: 'pause', page: 'stopped' });
  });
});

describe('unequal arms', () => {
  const unequal = entry(({ exposed }) => Object.assign(exposed, { treatment: 4500, control: 5500 }));

  it('hold until a person goes on, and tell one', () => {
    expect(judge(GUARDS.split, unequal)).toMatchObject({ verdict: 'fail', action: 'hold', page: 'stopped' });
    const over: Happens = (scene) => {
      unequal(scene);
      scene.run.overriddenRatio = true;
    };
    expect(judge(GUARDS.split, over)).toMatchObject({ verdict: 'not-applicable', action: 'advance' });
  });

  it('past which somebody went on wave aside no other guard that has failed', () => {
    const failed: Happens = (scene) => {
      scene.run.overriddenRatio = true;
      scene.run.failed = { errors: { at: at(0).toISOString(), because: 'Three times as many.' } };
    };
    expect(judge(GUARDS.errors, failed)).toMatchObject({ verdict: 'fail', action: 'rollBack' });
  });

  it('pause where the policy says more than hold, for they say nothing of the variant', () => {
    expect(judge({ ...GUARDS.split, onFail: 'kill' }, unequal)).toMatchObject({ action: 'pause' });
  });
});
