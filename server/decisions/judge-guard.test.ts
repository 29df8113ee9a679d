import { describe, expect, it } from 'vitest';
import type { Guard } from '../policies/policy.ts';
import { compareMeans } from '../statistics/mean-difference.ts';
import { at, GUARDS, MINUTE, metric, policyOf, readyScene, waitingRun } from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Verdict } from './decision.ts';
import { judgeGuard } from './judge-guard.ts';
import { entry, type Happens, hits, judge, withoutControl } from './judge-one.fixture.ts';
import { noteDecision, pauseRun } from './move-run.ts';

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
      'is not sure of a mean that is a little higher',
      GUARDS.latency,
      entry(({ metrics }) => {
        metrics['checkout.ms']!.values!.treatment.mean = 106;
      }),
      'pass',
      /106 ms in treatment/,
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

  it.each([
    [1, 1],
    [3, 1],
    [1, 4],
    [3, 4],
  ])('shares alpha for means and limits as well: %i guards in measured entry %i', (sharers, measuredEntry) => {
    const { policy, run, evidence, now } = readyScene();
    const arms = { treatment: { n: 2000, mean: 115, variance: 1600 }, control: { n: 2000, mean: 100, variance: 1600 } };
    evidence.entry!.metrics['checkout.ms']!.values = arms;
    const stage = policy.path[0]!.stages[0];
    const statisticOf = (guard: Guard) =>
      judgeGuard(guard, { ...{ policy, run, stage, evidence, now, sharers, measuredEntry } }).verdict.statistic!;
    const alpha = 0.01 / (sharers * measuredEntry * (measuredEntry + 1));
    const compared = compareMeans(GUARDS.latency, arms.treatment, arms.control, alpha)!;
    expect(statisticOf(GUARDS.latency).value).toBeCloseTo(compared.lowerBound, 12);
    expect(statisticOf(GUARDS.budget).bound).toBeCloseTo(-Math.log(alpha), 12);
  });
});

describe('a failed guard', () => {
  it.each([
    [['hold', 'pause', 'rollBack', 'kill'], 'kill'],
    [['kill', 'hold', 'pause', 'rollBack'], 'kill'],
    [['hold', 'rollBack', 'pause'], 'rollBack'],
    [['pause', 'hold'], 'pause'],
    [['hold'], 'hold'],
  ] as const)('of several that would %s does the strongest', (actions, action) => {
    const scene = readyScene(
      policyOf({ guards: actions.map((onFail, place) => ({ ...GUARDS.alert, id: `g${place}`, onFail })) }),
    );
    for (const place of actions.keys())
      scene.evidence.signals[`g${place}`] = { at: at(0).toISOString(), summary: 'It burns' };
    expect(decide(scene, scene.evidence, scene.now)).toMatchObject({ action });
  });

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

  it.each([
    ['tells somebody at once where what cannot be reversed is paused already', 'forward-only', 'stopped'],
    ['stands where a pause is all that it asks for, and there is one', 'instant', null],
  ] as const)('%s', (_title, reversible, page) => {
    const guard: Guard = { ...GUARDS.alert, onFail: reversible === 'instant' ? 'pause' : 'rollBack' };
    const found = judge(guard, (scene) => {
      alarm(scene);
      scene.policy.reversible = reversible;
      const lunch = { cause: 'person', actor: 'person:p1', reason: 'Lunch.', now: at(30 * MINUTE) } as const;
      scene.run = pauseRun(scene.run, lunch);
    });
    expect(found).toMatchObject({ action: 'hold', page });
    expect(found.reason).toMatch(/^Holds: paused since 2026-03-02 09:30 UTC, until Resume or Roll back. Lunch./);
    expect(found.reason.includes('It cannot be reversed, so a person has to decide.')).toBe(page !== null);
  });

  it('that does less than it says is told of when it first fails, whatever was told of an hour ago', () => {
    const told = (failed: readonly string[]) =>
      judge(GUARDS.alert, (scene) => {
        alarm(scene);
        scene.policy.reversible = 'forward-only';
        // This one asks for no more than it does, and comes first by its name.
        scene.policy.guards.push({ ...GUARDS.alert, id: 'a', onFail: 'pause' });
        scene.evidence.signals.a = scene.evidence.signals.alert ?? null;
        const lunch = { cause: 'person', actor: 'person:p1', reason: 'Lunch.', now: at(30 * MINUTE) } as const;
        const latched = failed.map((id) => [id, { at: at(MINUTE).toISOString(), because: 'It burns' }]);
        const paged = { about: 'stopped', at: at(20 * MINUTE) } as const;
        scene.run = { ...pauseRun(scene.run, lunch), failed: Object.fromEntries(latched), paged };
      });
    expect(told(['a'])).toMatchObject({ action: 'hold', page: 'stopped' });
    expect(told(['a']).reason).toContain('It cannot be reversed, so a person has to decide.');
    expect(told(['a', 'alert'])).toMatchObject({ action: 'hold', page: null });
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
  });

  /** Pages told that it tripled, where nothing is protected. */
  const toldBy =
    (source: 'signed' | 'open', happens: Happens = () => {}): Happens =>
    (scene) => {
      hits('checkout.error', 150, 50)(scene);
      scene.evidence.metrics['checkout.error'] = { ...metric('checkout.error', 'rate'), source: 'client' };
      scene.run.isProtected = false;
      const exposed = { treatment: 7_000, control: 7_000, to: 7_000 };
      scene.evidence.entry!.pages = { source, newestAt: scene.now.toISOString(), exposed };
      happens(scene);
    };
  const killing: Guard = { ...GUARDS.errors, onFail: 'kill' };

  it('does all that it says by what clients of signed contexts sent, where nothing is protected', () => {
    expect(judge(killing, toldBy('signed'))).toMatchObject({
      ...{ verdict: 'fail', action: 'kill' },
      because: expect.stringContaining('150 of 7,000 units'),
    });
    expect(judge(killing, toldBy('signed')).mayBeForged).toBeUndefined();
  });

  it('does no more than pause by what clients of open contexts sent, protected or not', () => {
    expect(judge(killing, toldBy('open'))).toMatchObject({ verdict: 'fail', action: 'pause', mayBeForged: true });
  });

  it('does no more by what it remembers of them, until signed ones tell the same', () => {
    const remembered: Happens = ({ run }) => {
      run.failed = { errors: { at: at(0).toISOString(), because: 'It tripled.', mayBeForged: true } };
    };
    const calm: Happens = (scene) => {
      remembered(scene);
      hits('checkout.error', 50, 50)(scene);
    };
    expect(judge(killing, toldBy('signed', calm))).toMatchObject({ verdict: 'fail', action: 'pause' });
    const scene = readyScene(policyOf({ guards: [killing] }));
    toldBy('signed', remembered)(scene);
    const decision = decide(scene, scene.evidence, scene.now);
    expect(decision.action).toBe('kill');
    const { failed } = noteDecision(scene.run, decision, scene.policy, scene.now);
    expect(failed.errors?.mayBeForged).toBeUndefined();
  });

  it('has no data where no page tells, however much apps do', () => {
    const silent: Happens = (scene) => {
      toldBy('signed')(scene);
      hits('checkout.error', 0, 0)(scene);
      delete scene.evidence.entry!.pages;
    };
    expect(judge(killing, silent)).toMatchObject({ verdict: 'no-data', action: 'hold' });
  });

  it('never passes a stage by what clients sent alone', () => {
    const client: Happens = ({ evidence, now }) => {
      evidence.metrics['checkout.error'] = { ...metric('checkout.error', 'rate'), source: 'client' };
      const { exposed } = evidence.entry!;
      evidence.entry!.pages = { source: 'signed', newestAt: now.toISOString(), exposed };
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
