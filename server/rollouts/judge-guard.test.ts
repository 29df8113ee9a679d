import { describe, expect, it } from 'vitest';
import type { EntryEvidence } from '../metrics/evidence.ts';
import type { Guard } from '../policies/policy.ts';
import {
  at,
  DAY,
  GUARDS,
  HOUR,
  MINUTE,
  metric,
  policyOf,
  readyScene,
  type Scene,
  stageOf,
  waitingRun,
} from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { ThresholdReading, Verdict } from './decision.ts';

type Happens = (scene: Scene) => void;

/** What one guard alone is found to be at the end of a stage in which all is well, but for what happens. */
function judge(guard: Guard, happens: Happens = () => {}) {
  const scene = readyScene(policyOf({ guards: [guard] }));
  happens(scene);
  const { rollout, run, policy, evidence, now } = scene;
  const decision = decide({ rollout, run, policy }, evidence, now);
  return { ...decision.guards[0]!, action: decision.action, reason: decision.reason, page: decision.page };
}

const entry =
  (change: (entry: EntryEvidence) => void): Happens =>
  (scene) =>
    change(scene.evidence.entry!);
const hits = (key: string, treatment: number, control: number) =>
  entry(({ metrics }) => Object.assign(metrics[key]!.hits, { treatment, control }));
/** A stage for its audience alone. */
const withoutControl: Happens = ({ policy, run }) => {
  policy.path[0]!.stages[0] = stageOf({ audience: 'staff' });
  run.minUnits = null;
};

describe('treatment against control', () => {
  const table: [title: string, guard: Guard, happens: Happens, verdict: Verdict, because: RegExp][] = [
    [
      'passes with enough units',
      GUARDS.errors,
      () => {},
      'pass',
      /50 of 5,000 units \(1 %\) in treatment, 50 of 5,000 units \(1 %\) in control; \+20 % is tolerated\.$/,
    ],
    [
      'fails where a tripling is certain',
      GUARDS.errors,
      hits('checkout.error', 150, 50),
      'fail',
      /150 of 5,000 units \(3 %\).* and this is worse/,
    ],
    ['is not sure below its bound', GUARDS.errors, hits('checkout.error', 75, 50), 'pass', /tolerated/],
    [
      'fails with data that stopped since',
      GUARDS.errors,
      (scene) => {
        hits('checkout.error', 150, 50)(scene);
        scene.evidence.entry!.newestAt = at(0).toISOString();
      },
      'fail',
      /worse/,
    ],
    [
      'cannot say with too few units',
      GUARDS.errors,
      entry(({ exposed }) => {
        exposed.control = 3999;
      }),
      'inconclusive',
      /checkout\.error/,
    ],
    [
      'cannot say with nobody in one arm',
      GUARDS.errors,
      (scene) => {
        scene.run.minUnits = null;
        scene.evidence.entry!.exposed.control = 0;
      },
      'inconclusive',
      /0 units in control/,
    ],
    [
      'cannot say before anything was reported',
      GUARDS.errors,
      (scene) => {
        scene.evidence.entry = undefined;
        scene.now = at(MINUTE);
      },
      'inconclusive',
      /0 units/,
    ],
    [
      'has no data where nothing was reported for long',
      GUARDS.errors,
      (scene) => {
        scene.evidence.entry = undefined;
      },
      'no-data',
      /Nothing was reported for 1 hour/,
    ],
    ['does not apply without a control', GUARDS.errors, withoutControl, 'not-applicable', /No control here/],
    [
      'does not apply before the first stage',
      GUARDS.errors,
      (scene) => {
        scene.run = waitingRun();
      },
      'not-applicable',
      /No stage/,
    ],
    [
      'does not apply after somebody went on past unequal arms',
      GUARDS.errors,
      (scene) => {
        scene.run.overriddenRatio = true;
      },
      'not-applicable',
      /somebody went on/,
    ],
    [
      'does not apply elsewhere',
      { ...GUARDS.errors, environment: 'staging' },
      hits('checkout.error', 500, 5),
      'not-applicable',
      /Does not watch production/,
    ],
    [
      'watches the other way',
      { ...GUARDS.errors, direction: 'down' },
      hits('checkout.error', 50, 150),
      'fail',
      /−20 % is tolerated, and this is worse/,
    ],
    ['is an error without its metric', { ...GUARDS.errors, metric: 'gone' }, () => {}, 'error', /gone is not defined/],
    [
      'shows ratios',
      GUARDS.errors,
      ({ evidence }) => {
        evidence.metrics['checkout.error'] = metric('checkout.error', 'ratio');
      },
      'not-applicable',
      /not tested/,
    ],
    ['compares means', GUARDS.latency, () => {}, 'pass', /100 ms in treatment, 100 ms in control; \+5 % is tolerated/],
    [
      'fails where the mean is certainly higher',
      GUARDS.latency,
      entry(({ metrics }) => {
        metrics['checkout.ms']!.values!.treatment.mean = 115;
      }),
      'fail',
      /115 ms.*worse/,
    ],
    [
      'cannot say of a mean before 100 values',
      GUARDS.latency,
      entry(({ metrics }) => {
        metrics['checkout.ms']!.values!.control.n = 99;
      }),
      'inconclusive',
      /99 of 100 values/,
    ],
    [
      'cannot say of a mean without values',
      GUARDS.latency,
      entry(({ metrics }) => {
        delete metrics['checkout.ms']!.values;
      }),
      'inconclusive',
      /0 of 100/,
    ],
  ];
  it.each(table)('%s', (_title, guard, happens, verdict, because) => {
    const found = judge(guard, happens);
    expect(found).toMatchObject({ verdict, because: expect.stringMatching(because) });
    expect(found.action).toBe(
      { pass: 'advance', fail: 'rollBack', 'not-applicable': 'advance' }[verdict as string] ?? 'hold',
    );
  });

  it('tests each measured entry more strictly, shared by the enforced guards that test', () => {
    const boundOf = (guards: Guard[], measuredEntry: number) => {
      const scene = readyScene(policyOf({ guards }));
      const run = { ...scene.run, measuredEntry };
      return decide({ ...scene, run }, scene.evidence, scene.now).guards[0]!.statistic!.bound;
    };
    expect(boundOf([GUARDS.errors], 1)).toBeCloseTo(Math.log(2 / 0.01), 12);
    expect(boundOf([GUARDS.errors], 3)).toBeCloseTo(Math.log(12 / 0.01), 12);
    expect(boundOf([GUARDS.errors, GUARDS.latency, GUARDS.budget], 3)).toBeCloseTo(Math.log((3 * 12) / 0.01), 12);
    const others: Guard[] = [
      { ...GUARDS.latency, mode: 'shadow' },
      { ...GUARDS.budget, environment: 'staging' },
      GUARDS.p95,
    ];
    expect(boundOf([GUARDS.errors, ...others], 1)).toBeCloseTo(Math.log(2 / 0.01), 12);
  });
});

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

  it('pause where the policy says more than hold, for they say nothing of the variant', () => {
    expect(judge({ ...GUARDS.split, onFail: 'kill' }, unequal)).toMatchObject({ action: 'pause' });
  });
});

describe('a failed guard', () => {
  const alarm: Happens = ({ evidence }) => {
    evidence.signals = { alert: { at: at(MINUTE).toISOString(), summary: 'It burns' } };
  };

  it('stays failed for its entry', () => {
    const found = judge(GUARDS.errors, ({ run }) => {
      run.failed = { errors: { at: at(0).toISOString(), because: 'It tripled.' } };
    });
    expect(found).toMatchObject({ verdict: 'fail', because: 'It tripled.', action: 'rollBack' });
  });

  it('does nothing in the shadow', () => {
    expect(judge({ ...GUARDS.alert, mode: 'shadow' }, alarm)).toMatchObject({ verdict: 'fail', action: 'advance' });
  });

  it.each(['forward-only', 'runbook'] as const)('pauses what is %s, and tells somebody', (reversible) => {
    const found = judge(GUARDS.alert, (scene) => {
      alarm(scene);
      Object.assign(scene.policy, { reversible, runbookUrl: 'https://runbooks.example/checkout' });
    });
    expect(found).toMatchObject({ action: 'pause', page: 'stopped' });
    expect(found.reason).toContain('It cannot be reversed, so a person has to decide. The runbook: https://runbooks');
  });

  it('does no more than pause by what clients sent, where the environment is protected', () => {
    const client: Happens = (scene) => {
      hits('checkout.error', 150, 50)(scene);
      scene.evidence.metrics['checkout.error'] = { ...metric('checkout.error', 'rate'), source: 'client' };
    };
    expect(judge({ ...GUARDS.errors, onFail: 'kill' }, client)).toMatchObject({
      action: 'pause',
      reason: expect.stringContaining('may be forged'),
    });
    const open: Happens = (scene) => {
      client(scene);
      scene.run.isProtected = false;
    };
    expect(judge({ ...GUARDS.errors, onFail: 'kill' }, open)).toMatchObject({ action: 'kill' });
  });

  it('never passes a stage by what clients sent alone', () => {
    const client: Happens = ({ evidence }) => {
      evidence.metrics['checkout.error'] = { ...metric('checkout.error', 'rate'), source: 'client' };
    };
    expect(judge(GUARDS.errors, client)).toMatchObject({
      verdict: 'pass',
      action: 'hold',
      reason: /Only what clients sent/,
    });
    const more: Happens = (scene) => {
      client(scene);
      scene.policy = policyOf({ guards: [GUARDS.errors, GUARDS.alert] });
    };
    expect(judge(GUARDS.errors, more)).toMatchObject({ action: 'advance' });
  });
});
