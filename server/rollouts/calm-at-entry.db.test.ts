import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../access/principal.ts';
import { environments } from '../database/tables.ts';
import { stageOf } from '../decisions/decide.fixture.ts';
import { incidentFree, openIncidentFor } from '../incidents/calm.ts';
import { closeIncident, requireIncident } from '../incidents/change-incident.ts';
import { openIncident } from '../incidents/open-incident.ts';
import type { Gate, ThresholdGuard } from '../policies/policy.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const MINUTE = 60_000;
const watching: ThresholdGuard = {
  ...({ id: 'p95', kind: 'threshold', query: 'q', source: 's', above: 0.4, forMs: 0 } as const),
  ...({ onFail: 'rollBack', mode: 'enforce', environment: 'staging' } as const),
};
const calm: Gate = { id: 'calm', kind: 'incident-free', withinMs: 10 * MINUTE, always: false };
const first = stageOf({ exposure: 10_000, bakeMs: MINUTE });
const last = stageOf({ exposure: 100_000, bakeMs: MINUTE });

/** A source takes seconds to answer, and what happens meanwhile is known to nobody who looked before. */
describe('what happens while a source is asked', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let meanwhile: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    world = await openRolloutWorld(undefined, () => ({
      ...{ openIncident: openIncidentFor, incidentFree },
      askSource: async () => {
        const happens = meanwhile;
        meanwhile = undefined;
        await happens?.();
        return { kind: 'value', value: 0.1 };
      },
    }));
    loop = await world.takeOver();
  });
  afterAll(() => world?.database.close());
  afterEach(() => {
    world.says.line = null;
  });

  /** Baked in its first stage of staging, of one or of two. */
  async function baked(stages: (typeof first)[], gates: Gate[] = []): Promise<string> {
    world.policies.set('asks', shortPolicy({ guards: [watching], gates, path: [{ environment: 'staging', stages }] }));
    const id = await world.start({ policy: 'asks' });
    for (let look = 0; look < 2; look++) await loop.pass();
    world.wait(2 * MINUTE);
    return id;
  }

  async function open(): Promise<string> {
    const { door, projectId, environmentIds } = world;
    const { result } = await openIncident({ door }, { principal: ROOT, reason: 'Payments.' }, projectId, {
      ...{ title: 'Payments fail', severity: 'minor', commander: null, reference: null },
      places: [{ environmentId: environmentIds[0] ?? 0, environment: 'staging', flag: FLAG }],
    });
    return result?.id ?? '';
  }

  async function close(id: string): Promise<void> {
    const { door, projectId } = world;
    const seen = await requireIncident(door.db, projectId, id);
    await closeIncident({ door }, { principal: ROOT, reason: 'Mended.' }, seen);
  }

  const at = async (id: string) => {
    const { run } = (await world.read(id)).run;
    return `${run.state} ${run.stage}`;
  };
  const said = async (id: string) => (await world.read(id)).run.decision?.reason;

  it('is seen before the next stage is entered: an incident holds it', async () => {
    const id = await baked([first, last]);
    let incident = '';
    meanwhile = async () => {
      incident = await open();
    };
    await loop.pass();
    expect(await at(id)).toBe('running 0');
    await loop.pass();
    expect(await said(id)).toBe('Holds: The incident “Payments fail” is open, and names new-checkout in staging.');
    await close(incident);
    await loop.pass();
    expect(await at(id)).toBe('running 1');
    await world.steer(id, 'rollback', 'The test is over.');
  });

  it('is seen before everybody gets it: it does not finish over an incident, nor once its line was stopped', async () => {
    const id = await baked([first]);
    let incident = '';
    meanwhile = async () => {
      incident = await open();
    };
    await loop.pass();
    expect(await at(id)).toBe('running 0');
    await close(incident);
    world.wait(5_000);
    meanwhile = async () => {
      world.says.line = { train: 'weekly', reason: 'Wait.' };
    };
    await loop.pass();
    expect(await at(id)).toBe('running 0');
    world.says.line = null;
    await loop.pass();
    expect(await at(id)).toBe('finished 0');
    const back = { state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null } as const;
    await world.setFlag({ ...back, rules: [] });
  });

  it('is seen where the place is protected: whoever let it grow there was not asked as in a protected one', async () => {
    const id = await baked([first, last]);
    const protect = (isProtected: boolean) =>
      world.database.db.update(environments).set({ protected: isProtected }).where(eq(environments.key, 'staging'));
    meanwhile = async () => {
      await protect(true);
    };
    await loop.pass();
    expect(await at(id)).toBe('running 0');
    await loop.pass();
    expect(await at(id)).toBe('paused 0');
    await world.steer(id, 'rollback', 'The test is over.');
    await protect(false);
  });

  it('is seen by a gate that asks for calm, also where it is over again', async () => {
    world.wait(20 * MINUTE);
    const id = await baked([first, { ...last, gates: ['calm'] }], [calm]);
    meanwhile = async () => close(await open());
    await loop.pass();
    expect(await at(id)).toBe('running 0');
    await loop.pass();
    expect(await said(id)).toMatch(/^Holds: calm: The incident “Payments fail” was closed at /);
    world.wait(10 * MINUTE);
    await loop.pass();
    expect(await at(id)).toBe('running 1');
    await world.steer(id, 'rollback', 'The test is over.');
  });
});
