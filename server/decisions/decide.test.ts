import { describe, expect, it } from 'vitest';
import {
  at,
  DAY,
  GUARDS,
  HOUR,
  healthy,
  MINUTE,
  policyOf,
  readyScene,
  runningRun,
  type Scene,
  stageOf,
  waitingRun,
} from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Action, ConditionState } from './decision.ts';

const ask = ({ rollout, run, policy, evidence, now }: Scene) => decide({ rollout, run, policy }, evidence, now);

/** A policy in which everything that can be missing may be missing at the second stage. */
const FULL = policyOf({
  mode: 'button',
  gates: [{ kind: 'check', id: 'ci', check: 'acceptance', always: true, at: 'every' }],
  path: [
    {
      environment: 'production',
      stages: [
        stageOf({ exposure: 5_000, minUnits: 4000 }),
        stageOf({ exposure: 50_000, approvals: [{ role: 'release-manager', count: 1, expiresMs: DAY }] }),
        stageOf({ exposure: 100_000 }),
      ],
    },
  ],
});

function fullScene(): Scene {
  const scene = readyScene(FULL);
  scene.run.pressedBy = 'person:p1';
  scene.evidence.gates.ci = { open: true, because: 'passed' };
  const given = [{ by: 'person:p2', at: at(MINUTE).toISOString() }];
  scene.evidence.approvals = [{ role: 'release-manager', needed: 1, given, asks: 1, expired: false }];
  return scene;
}

/** What may stand against going on, in the order in which it decides. */
const PRECEDENCE: [name: string, happens: (scene: Scene) => void, action: Action, reason: RegExp][] = [
  ['an edit of what it owns', ({ evidence }) => (evidence.flag.edited = true), 'end', /edited what it owns/],
  ['a kill by a person', ({ evidence }) => (evidence.flag.killed = true), 'pause', /killed/],
  ['the flag turned off', ({ evidence }) => (evidence.flag.state = 'off'), 'pause', /is off/],
  ['the flag shed', ({ evidence }) => (evidence.flag.shed = true), 'pause', /shed/],
  [
    'a failed guard',
    ({ evidence }) => (evidence.signals.alert = { at: at(MINUTE).toISOString(), summary: 'Checkout burns' }),
    'rollBack',
    /Rolls back: guard alert failed. Checkout burns/,
  ],
  [
    'a pause by a person',
    ({ run }) => {
      const pausedBy = { cause: 'person', actor: 'person:p1', reason: 'Lunch.', at: at(MINUTE) } as const;
      Object.assign(run, { state: 'paused', pausedBy, standsSince: at(MINUTE) });
    },
    'hold',
    /paused since 2026-03-02 09:01 UTC, until Resume or Roll back. Lunch./,
  ],
  [
    'unequal arms',
    ({ evidence }) => Object.assign(evidence.entry!.exposed, { treatment: 4500, control: 5500 }),
    'hold',
    /4,500 units in treatment, 5,500 units in control: the arms are cut equal/,
  ],
  [
    'a source that cannot be asked',
    ({ evidence, now }) =>
      (evidence.thresholds.p95 = { kind: 'error', message: 'connection refused', since: now.toISOString() }),
    'hold',
    /prometheus cannot be asked since .* connection refused/,
  ],
  [
    'reports that stopped',
    ({ evidence }) => (evidence.entry!.newestAt = at(30 * MINUTE).toISOString()),
    'hold',
    /Nothing was reported for 30 minutes/,
  ],
  [
    'a freeze',
    ({ evidence }) => (evidence.freeze = { name: 'Black Friday', until: at(3 * DAY).toISOString(), inFlight: 'hold' }),
    'hold',
    /The freeze “Black Friday” lasts until 2026-03-05 09:00 UTC/,
  ],
  [
    'a freeze in which stages are finished',
    ({ evidence }) => {
      evidence.freeze = { name: 'Weekend', until: at(3 * DAY).toISOString(), inFlight: 'finish-stage' };
    },
    'hold',
    /The freeze “Weekend” lasts until 2026-03-05 09:00 UTC: a stage is finished meanwhile, and no other begins/,
  ],
  [
    'a freeze of a flag that needs it',
    ({ evidence }) => {
      const until = at(3 * DAY).toISOString();
      evidence.freeze = { name: 'Audit', until, inFlight: 'hold', through: 'payments' };
    },
    'hold',
    /The freeze “Audit” of payments, which needs this flag, lasts until 2026-03-05 09:00 UTC/,
  ],
  [
    'an open incident',
    ({ evidence }) => (evidence.incident = { id: 'i1', title: 'Payments are slow', flag: null }),
    'hold',
    /The incident “Payments are slow” is open, and names all of production\./,
  ],
  [
    'an open incident of the flag',
    ({ evidence }) => (evidence.incident = { id: 'i1', title: 'Payments are slow', flag: 'new-checkout' }),
    'hold',
    /is open, and names new-checkout in production\./,
  ],
  [
    'a line that somebody stopped',
    ({ evidence }) => (evidence.line = { train: 'weekly', reason: 'Something smells.' }),
    'hold',
    /The train weekly is stopped: “Something smells.” A release manager starts it again/,
  ],
  ['a node that has it not', ({ run }) => (run.effectiveAt = null), 'hold', /Not in force yet on all nodes and apps/],
  [
    'the bake',
    ({ run }) => (run.effectiveAt = at(40 * MINUTE)),
    'hold',
    /^Holds: The bake of 30 minutes has 10 minutes to go\.$/,
  ],
  [
    'units that did not come',
    ({ evidence }) => Object.assign(evidence.entry!.exposed, { treatment: 2130, control: 2200 }),
    'hold',
    /^Holds: 2,130 of 4,000 units in treatment; about (5\d) minutes at this pace\.$/,
  ],
  [
    'a closed gate',
    ({ evidence }) => (evidence.gates.ci = { open: false, because: 'acceptance failed' }),
    'hold',
    /ci: acceptance failed/,
  ],
  [
    'a missing approval',
    ({ evidence }) => (evidence.approvals = []),
    'needApproval',
    /^Waits: The approval of 1 release-manager is missing\.$/,
  ],
  ['nobody who pressed', ({ run }) => (run.pressedBy = null), 'hold', /^Holds: Nobody has pressed Advance yet\.$/],
];

describe('what decides', () => {
  it('is that all is well, where nothing stands against going on', () => {
    const decision = ask(fullScene());
    expect(decision).toMatchObject({ action: 'advance', page: null, cause: null, askFor: [] });
    expect(decision.reason).toBe('Advances to 50 %. 5 % baked for 30 minutes.');
    expect(decision.because).toContain('Guard alert passed. No alert with severity critical.');
    expect(decision.conditions.every(({ met }) => met)).toBe(true);
  });

  it.each(PRECEDENCE)('%s alone', (_name, happens, action, reason) => {
    const scene = fullScene();
    happens(scene);
    const decision = ask(scene);
    expect(decision).toMatchObject({ action });
    expect(decision.reason).toMatch(reason);
  });

  const pairs = PRECEDENCE.flatMap(([first, a, action], i) =>
    PRECEDENCE.slice(i + 1).map(([second, b]) => [first, second, { a, b, action, i }] as const),
  );
  it.each(pairs)('%s before %s', (_first, _second, { a, b, action, i }) => {
    const scene = fullScene();
    b(scene);
    a(scene);
    const decision = ask(scene);
    // A pause of its own already stands: what would pause it holds it.
    const expected = action === 'pause' && scene.run.state === 'paused' ? 'hold' : action;
    expect(decision.action).toBe(expected);
    if (expected === action) expect(decision.reason).toMatch(PRECEDENCE[i]![3]);
  });
});

describe('the first stage', () => {
  it('is entered like any other, but nothing has to bake for it', () => {
    const scene = readyScene();
    scene.run = waitingRun();
    expect(ask(scene)).toMatchObject({ action: 'advance', reason: 'Advances to canary (5 %).' });
  });

  it('waits for its gates, which are those of the policy that no stage names', () => {
    const scene = readyScene(policyOf({ gates: FULL.gates.map(({ at: _at, ...gate }) => gate) }));
    scene.run = waitingRun();
    expect(ask(scene)).toMatchObject({ action: 'hold', reason: 'Holds: ci was not looked at yet.' });
    scene.evidence.gates.ci = { open: true, because: 'passed' };
    expect(ask(scene)).toMatchObject({ action: 'advance' });
  });

  it('has no kill before it, for nobody is served yet', () => {
    const scene = readyScene();
    scene.policy = policyOf({ guards: scene.policy.guards.map((guard) => ({ ...guard, onFail: 'kill' })) });
    scene.run = waitingRun();
    scene.evidence.signals.alert = { at: at(0).toISOString(), summary: 'It burns' };
    expect(ask(scene)).toMatchObject({ action: 'rollBack' });
  });
});

it('asks a gate that must hold at the moment anew, whether it held before or not', () => {
  const gate = { id: 'calm', kind: 'incident-free', withinMs: HOUR, always: false, at: 'every' } as const;
  const scene = readyScene(policyOf({ gates: [gate] }));
  scene.run.passedGates = { calm: at(0).toISOString() };
  scene.evidence.gates.calm = { open: false, because: 'a kill 10 minutes ago' };
  expect(ask(scene)).toMatchObject({ action: 'hold', reason: 'Holds: calm: a kill 10 minutes ago' });
});

describe('the last stage', () => {
  it('is left by finishing, with everybody served', () => {
    const scene = readyScene();
    scene.run = runningRun(scene.policy, { stage: 2, minUnits: null });
    const decision = ask(scene);
    expect(decision).toMatchObject({ action: 'finish' });
    expect(decision.reason).toBe('Finishes production: everybody gets on. 100 % baked for 30 minutes.');
    expect(verdictsOf(decision.guards)).toMatchObject({ errors: 'not-applicable', split: 'not-applicable' });
  });

  it('shows each enforced guard for which it is not left, and nothing of those in the shadow', () => {
    const scene = readyScene(
      policyOf({ guards: [GUARDS.errors, { ...GUARDS.latency, mode: 'shadow' }, GUARDS.p95, GUARDS.alert] }),
    );
    scene.evidence = healthy(scene.now, 90);
    scene.evidence.thresholds.p95 = { kind: 'error', message: 'refused', since: at(0).toISOString() };
    const lines = ask(scene).conditions.filter(({ kind }) => kind === 'guard');
    expect(lines.map(({ id, met }) => [id, met])).toEqual([
      ['guard:errors', false],
      ['guard:p95', false],
    ]);
    expect(lines.map(({ because }) => because)).toEqual([
      expect.stringMatching(/^Guard errors cannot say yet\. /),
      expect.stringMatching(/^Guard p95 cannot be read\. /),
    ]);
    expect(ask(readyScene()).conditions.filter(({ kind }) => kind === 'guard')).toEqual([]);
  });

  it('is entered first by starting, which counts as the first press and as no other', () => {
    const press = (run: Partial<Scene['run']>) => {
      const scene = { ...fullScene(), run: waitingRun(run) };
      return ask(scene).conditions.find(({ kind }) => kind === 'button')?.because;
    };
    expect(press({})).toBe('Somebody started it, which counts as the first press.');
    expect(press({ pressedBy: 'person:p2' })).toBe('Somebody pressed Advance.');
    expect(press({ arrivedAt: at(HOUR) })).toBe('Somebody pressed Advance.');
    expect(ask(fullScene()).conditions).toContainEqual(
      expect.objectContaining({ kind: 'button', because: 'Somebody pressed Advance.' }),
    );
  });

  it('needs no press, unless finishing serves more users than it did', () => {
    const stages = [stageOf({ exposure: 50_000 })];
    const half = policyOf({ mode: 'button', path: [{ environment: 'production', stages }] });
    const scene = readyScene(half);
    expect(ask(scene)).toMatchObject({ action: 'hold', reason: 'Holds: Nobody has pressed Advance yet.' });
    scene.run.pressedBy = 'person:p3';
    expect(ask(scene)).toMatchObject({ action: 'finish' });
    const full = readyScene(
      policyOf({ ...half, path: [{ environment: 'production', stages: [stageOf({ exposure: 100_000 })] }] }),
    );
    expect(ask(full)).toMatchObject({ action: 'finish' });
  });
});

describe('an approval', () => {
  const conditionOf = (conditions: ConditionState[]) => conditions.find(({ kind }) => kind === 'approval');
  const approval = { role: 'release-manager', needed: 1, given: [], asks: 1, expired: false };

  it('is asked for once, and again when it lapsed, twice', () => {
    const asked = [0, 1, 2, 3].flatMap((asks) => [
      [asks, false],
      [asks, true],
    ]);
    const found = asked.map(([asks, expired]) => {
      const scene = fullScene();
      scene.evidence.approvals = [{ ...approval, asks: Number(asks), expired: expired === true }];
      const { action, askFor, page } = ask(scene);
      return [asks, expired, action, askFor, page];
    });
    expect(found).toEqual([
      [0, false, 'needApproval', [0], null],
      [0, true, 'needApproval', [0], null],
      [1, false, 'needApproval', [], null],
      [1, true, 'needApproval', [0], null],
      [2, false, 'needApproval', [], null],
      [2, true, 'needApproval', [0], null],
      [3, false, 'needApproval', [], null],
      [3, true, 'needApproval', [], 'approval'],
    ]);
  });

  it('that somebody rejected says who and why, is not asked for by itself, and somebody is told', () => {
    const scene = fullScene();
    const rejected = { by: 'Rita', reason: 'Not before Monday.' };
    scene.evidence.approvals = [{ ...approval, rejected }];
    const decision = ask(scene);
    const because =
      'The approval of 1 release-manager was rejected by Rita: “Not before Monday.” It is asked for again when somebody ' +
      'asks again.';
    expect(decision).toMatchObject({
      action: 'needApproval',
      reason: `Waits: ${because}`,
      askFor: [],
      page: 'approval',
    });
    expect(conditionOf(decision.conditions)).toMatchObject({ met: false, because, isStuck: true });
    scene.evidence.approvals = [{ ...approval, rejected: { by: 'Rita', reason: null } }];
    expect(ask(scene).reason).toMatch(/rejected by Rita\. It is asked/);
  });

  it('that lapsed does not count, whoever gave it', () => {
    const scene = fullScene();
    scene.evidence.approvals[0]!.expired = true;
    expect(ask(scene)).toMatchObject({ action: 'needApproval', askFor: [0] });
  });

  it('is given by persons, not by presses: two by the same one are one', () => {
    const scene = fullScene();
    scene.policy = structuredClone(FULL);
    scene.policy.path[0]!.stages[1]!.approvals[0]!.count = 2;
    const given = [1, 2].map((minute) => ({ by: 'person:p2', at: at(minute * MINUTE).toISOString() }));
    scene.evidence.approvals = [{ ...approval, needed: 2, given }];
    expect(conditionOf(ask(scene).conditions)).toMatchObject({
      met: false,
      because: '1 of 2 approvals by release-manager so far.',
    });
  });

  it('is not asked for before the bake is over and the event gates passed', () => {
    for (const happens of ['the bake', 'a closed gate']) {
      const scene = fullScene();
      scene.evidence.approvals = [];
      PRECEDENCE.find(([name]) => name === happens)![1](scene);
      expect(ask(scene)).toMatchObject({ action: 'hold', askFor: [] });
    }
  });
});

function verdictsOf(guards: { id: string; verdict: string }[]): Record<string, string> {
  return Object.fromEntries(guards.map(({ id, verdict }) => [id, verdict]));
}

it('needs a stage on its path', () => {
  const scene = readyScene(policyOf(), at(HOUR));
  scene.rollout.step = 3;
  expect(() => ask(scene)).toThrow(/step 3/);
});
