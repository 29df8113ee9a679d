import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatesOfStage, isEventGate } from '../policies/policy.ts';
import { at, DAY, entryOf, GUARDS, METRICS, type Scene, stageOf } from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { throwDice } from './dice.fixture.ts';
import { actionOnFail, watches } from './guard-scope.ts';
import { failingReading, randomScene } from './random-scene.fixture.ts';

const RUNS = { numRuns: 1000 };
const ask = ({ rollout, run, policy, evidence, now }: Scene) => decide({ rollout, run, policy }, evidence, now);
const grows = ({ action }: Decision) => action === 'advance' || action === 'finish';
const goesBack = ({ action }: Decision) => action === 'rollBack' || action === 'kill';
const enforced = ({ guards }: Decision) => guards.filter(({ mode }) => mode === 'enforce');
const isAsked = ({ evidence: { flag } }: Scene) =>
  flag.exists && !flag.edited && flag.state === 'on' && !flag.killed && !flag.shed;

/** Scenes in which no deadline comes, so that what is decided is decided by something else. */
const patient = randomScene.map((scene) => {
  const { policy } = scene;
  const stages = policy.path[0]!.stages.map(({ deadline: _deadline, ...stage }) => stage);
  const path = [{ environment: 'production', stages }];
  return {
    ...scene,
    policy: { ...policy, path, deadline: { afterMs: 999 * DAY, onDeadline: 'ask' as const } },
    run: { ...scene.run, askedAfterMs: null },
  };
});

function holdsFor<T>(scenes: fc.Arbitrary<T>, property: (scene: T) => unknown, runs = RUNS): void {
  const holds = (scene: T) => {
    property(scene);
  };
  fc.assert(fc.property(scenes, holds), runs);
}

describe('whatever is seen', () => {
  it('meets every action, or nothing of this would tell anything', () => {
    const seen = new Set(fc.sample(randomScene, { numRuns: 2000, seed: 6 }).map((scene) => ask(scene).action));
    expect([...seen].sort()).toEqual(['advance', 'end', 'finish', 'hold', 'kill', 'needApproval', 'pause', 'rollBack']);
  });

  it('never grows past an enforced guard that failed, cannot say, or has no data', () => {
    holdsFor(randomScene, (scene) => {
      const decision = ask(scene);
      if (!grows(decision)) return;
      for (const { verdict } of enforced(decision)) expect(['pass', 'not-applicable']).toContain(verdict);
    });
  });

  it('goes back by a failed guard at once, whatever else is missing, frozen, paused or open', () => {
    holdsFor(randomScene, (scene) => {
      const decision = ask(scene);
      const { policy, run } = scene;
      const does = enforced(decision).flatMap(({ id, verdict, mayBeForged }) => {
        const guard = policy.guards.find((each) => each.id === id)!;
        const acts = verdict === 'fail' && guard.kind !== 'sample-ratio';
        return acts ? [actionOnFail(guard, { policy, run, mayBeForged })] : [];
      });
      if (!isAsked(scene)) return expect(goesBack(decision)).toBe(false);
      if (does.includes('kill')) return expect(decision.action).toBe('kill');
      if (does.includes('rollBack')) return expect(decision.action).toBe('rollBack');
      if (does.includes('pause')) expect(decision.action).toBe(run.state === 'paused' ? 'hold' : 'pause');
    });
  });

  it('does not depend on the order of guards', () => {
    const shuffled = randomScene.chain((scene) =>
      fc
        .shuffledSubarray(scene.policy.guards, { minLength: scene.policy.guards.length })
        .map((guards) => [scene, { ...scene, policy: { ...scene.policy, guards } }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([scene, other]) => {
        const { guards: _a, because: _b, ...one } = ask(scene);
        const { guards: _c, because: _d, ...two } = ask(other);
        expect(two).toEqual(one);
        expect([..._d].sort()).toEqual([..._b].sort());
      }),
      RUNS,
    );
  });

  it('never skips a bake, a gate, an approval, a press, a freeze, an incident or a stopped line', () => {
    holdsFor(randomScene, (scene) => {
      const decision = ask(scene);
      if (!grows(decision)) return;
      const { run, policy, evidence, now } = scene;
      const [step] = policy.path;
      const next = step!.stages[run.stage + 1];
      expect(decision.action).toBe(next === undefined ? 'finish' : 'advance');
      expect([evidence.freeze, evidence.incident, evidence.line, isAsked(scene), run.state === 'paused']).toEqual([
        null,
        null,
        null,
        true,
        false,
      ]);
      if (run.stage >= 0) {
        // Where a scene stood for longer than it has lasted, nothing is baked.
        const baked = Math.max(0, now.getTime() - run.effectiveAt!.getTime() - run.stoodMs + run.stoodBeforeEffectMs);
        expect(baked).toBeGreaterThanOrEqual(step!.stages[run.stage]!.bakeMs);
      }
      if (next === undefined) return;
      for (const gate of gatesOfStage(policy, step!, run.stage + 1, run.isProtected)) {
        const latched = isEventGate(gate) && Object.hasOwn(run.passedGates, gate.id);
        expect(latched || evidence.gates[gate.id]!.open).toBe(true);
      }
      for (const [place, { count }] of next.approvals.entries()) {
        const reading = evidence.approvals[place]!;
        expect(new Set(reading.given.map(({ by }) => by)).size).toBeGreaterThanOrEqual(count);
        expect(reading.expired).toBe(false);
      }
      if (policy.mode === 'button') expect(run.pressedBy).not.toBe(null);
    });
  });

  it('never ships without data where an enforced guard needs some', () => {
    const silent = randomScene.map((scene) => ({
      ...scene,
      evidence: { ...scene.evidence, entry: undefined, thresholds: {}, signals: {} },
    }));
    holdsFor(silent, (scene) => {
      const decision = ask(scene);
      const needing = enforced(decision).some(({ verdict }) => verdict !== 'not-applicable');
      if (needing) expect(grows(decision)).toBe(false);
    });
  });

  it('never goes back by an outage of what it asks', () => {
    const outage = fc.tuple(patient, fc.integer()).map(([scene, seed]) => {
      const p95 = failingReading(throwDice(seed), at(0));
      const entry =
        scene.evidence.entry === undefined
          ? undefined
          : { ...scene.evidence.entry, newestAt: null, exposed: { treatment: 0, control: 0, to: 0 }, metrics: {} };
      return {
        ...scene,
        run: { ...scene.run, failed: {} },
        evidence: { ...scene.evidence, entry, thresholds: { p95 }, signals: { alert: null } },
      };
    });
    holdsFor(outage, (scene) => expect(goesBack(ask(scene))).toBe(false));
  });

  it('never goes back where that cannot be done', () => {
    const forward = fc.tuple(randomScene, fc.constantFrom('forward-only' as const, 'runbook' as const));
    holdsFor(
      forward.map(([scene, reversible]) => ({ ...scene, policy: { ...scene.policy, reversible } })),
      (scene) => expect(goesBack(ask(scene))).toBe(false),
    );
  });

  it('decides with guards in the shadow as without them', () => {
    holdsFor(randomScene, (scene) => {
      const guards = scene.policy.guards.map((guard) => ({ ...guard, mode: 'shadow' as const }));
      const { action, reason, cause, page, askFor, checkAgainAt } = ask({
        ...scene,
        policy: { ...scene.policy, guards },
      });
      expect(ask({ ...scene, policy: { ...scene.policy, guards: [] } })).toMatchObject({
        action,
        reason,
        cause,
        page,
        askFor,
        checkAgainAt,
      });
    });
  });

  it('holds by unequal arms alone, and never goes on or back by them', () => {
    const unequal = patient.map((scene) => {
      const stages = [stageOf({ exposure: 20_000 }), stageOf({ exposure: 50_000 })];
      const guards = [...scene.policy.guards.filter(({ id }) => id !== 'split'), GUARDS.split];
      const entry = entryOf(5000, scene.now, ({ exposed }) =>
        Object.assign(exposed, { treatment: 4500, control: 5500 }),
      );
      const policy = { ...scene.policy, guards, path: [{ environment: 'production', stages }] };
      const run = {
        ...scene.run,
        stage: 0,
        overriddenRatio: false,
        state: scene.run.state === 'paused' ? ('paused' as const) : ('running' as const),
      };
      return { ...scene, policy, run, evidence: { ...scene.evidence, entry } };
    });
    holdsFor(unequal, (scene) => {
      const decision = ask(scene);
      expect(decision.guards.at(-1)).toMatchObject({ id: 'split', verdict: 'fail' });
      expect(grows(decision)).toBe(false);
      const others = enforced(decision).some(({ id, verdict }) => id !== 'split' && verdict === 'fail');
      if (!others) expect(goesBack(decision)).toBe(false);
    });
  });

  it.each([
    ['in a protected environment by what clients sent alone, signed or not', true, 'signed'],
    ['in any environment by what clients sent alone, where nobody vouches for their contexts', false, 'open'],
  ] as const)('never goes on or back %s', (_title, isProtected, source) => {
    const client = patient.map((scene) => {
      const { entry } = scene.evidence;
      const told = entry && { ...entry, pages: { source, newestAt: scene.now.toISOString(), exposed: entry.exposed } };
      const metrics = Object.fromEntries(
        Object.entries(METRICS).map(([key, metric]) => [key, { ...metric, source: 'client' as const }]),
      );
      const guards = scene.policy.guards.filter(({ kind }) => kind !== 'threshold' && kind !== 'signal');
      return {
        ...scene,
        // What had failed by something better would go on to count.
        run: { ...scene.run, isProtected, failed: isProtected ? scene.run.failed : {} },
        policy: { ...scene.policy, guards },
        evidence: { ...scene.evidence, metrics, entry: told },
      };
    });
    holdsFor(client, (scene) => {
      const decision = ask(scene);
      expect(goesBack(decision)).toBe(false);
      const heard = scene.policy.guards.some((guard) => {
        const { mode, verdict } = decision.guards.find(({ id }) => id === guard.id)!;
        return (
          mode === 'enforce' &&
          guard.kind !== 'sample-ratio' &&
          verdict !== 'not-applicable' &&
          watches(guard, scene.run)
        );
      });
      if (heard && scene.run.stage >= 0) expect(grows(decision)).toBe(false);
    });
  });

  it('decides the same until it wants to look again', () => {
    const later = fc.tuple(randomScene, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }));
    fc.assert(
      fc.property(later, ([scene, share]) => {
        const first = ask(scene);
        // It is over by that: nobody looks again, whatever a later look would have found.
        if (['rollBack', 'kill', 'end'].includes(first.action)) return;
        const until = first.checkAgainAt === null ? scene.now.getTime() + 400 * DAY : Date.parse(first.checkAgainAt);
        expect(until).toBeGreaterThan(scene.now.getTime());
        const then = new Date(scene.now.getTime() + Math.floor(share * (until - scene.now.getTime())));
        const { action, page, cause, askFor } = ask({ ...scene, now: then });
        expect({ action, page, cause, askFor }).toEqual({
          action: first.action,
          page: first.page,
          cause: first.cause,
          askFor: first.askFor,
        });
      }),
      { numRuns: 2000 },
    );
  });
});
