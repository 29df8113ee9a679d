import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../access/principal.ts';
import { decisions, memberships, people, segments } from '../database/tables.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../decisions/decide.fixture.ts';
import { bakedMs } from '../decisions/run-time.ts';
import { freezeOfFlag } from '../environments/freeze-store.ts';
import { checkResult, insertCheckResult } from '../gates/check-store.ts';
import { incidentFree, openIncidentFor } from '../incidents/calm.ts';
import { closeIncident, requireIncident } from '../incidents/change-incident.ts';
import { openIncident } from '../incidents/open-incident.ts';
import type { EntryEvidence } from '../metrics/evidence.ts';
import type { Policy } from '../policies/policy.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { SAMPLE, sampleGround } from '../policies/sample.fixture.ts';
import { readYaml } from '../policies/yaml-document.ts';
import { findBySubject, insertApproval } from '../requests/store.ts';
import { firingSignals } from '../signals/signal-store.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld } from './rollouts.fixture.ts';
import type { KeptRun } from './run-store.ts';

const COMMIT = 'c0ffee'.padEnd(40, '0');
/** So long each write takes to be in force everywhere: bakes begin after it. */
const REACH = 2 * SECOND;

describe('the policy of the documents', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let policy: Policy;
  let hosts: number;
  const probes: number[] = [];
  const askedOf = new Map<string, number>();
  beforeAll(async () => {
    world = await openRolloutWorld(undefined, ({ db }) => ({
      checkResult: (projectId, { check }, commit) => checkResult(db, projectId, check, commit),
      openIncident: openIncidentFor,
      incidentFree,
      freezeOf: (environmentId, flag, now) => freezeOfFlag(db, environmentId, flag, now),
      firingSignal: async (place, labels, since) => {
        const [newest] = await firingSignals(db, place, labels, since);
        return newest === undefined ? null : { at: newest.receivedAt.toISOString(), summary: newest.summary };
      },
      seeReach: async ({ position }) => {
        const since = askedOf.get(position) ?? world.now().getTime();
        askedOf.set(position, since);
        const effective = world.now().getTime() - since >= REACH;
        return { effective, laggards: effective ? [] : ['shop-1'] };
      },
      hostsAt: async () => hosts,
      runProbe: async () => {
        probes.push(world.now().getTime());
        return { well: true, found: 'shop.example answered 200' };
      },
    }));
    policy = readPolicy(readYaml(SAMPLE).value, sampleGround()).policy as Policy;
    world.policies.set('web-standard', policy);
    world.says.entry = healthyTraffic();
    await addStaff();
    loop = await world.takeOver();
  });
  afterAll(() => world?.database.close());

  async function addStaff(): Promise<void> {
    const { database, projectId, environmentIds } = world;
    const [, environmentId = 0] = environmentIds;
    const staff = { projectId, environmentId, key: 'staff', included: ['ada'], excluded: [] };
    await database.db.insert(segments).values(staff);
    const rita = { id: 'rita', login: 'rita', name: 'Rita', password: 'hashed', createdBy: 'root' };
    await database.db.insert(people).values(rita);
    const grant = { id: 'm-rita', personId: 'rita', projectId, createdBy: 'root' };
    await database.db.insert(memberships).values({ ...grant, roles: ['release-manager'] });
  }

  /** Looks until it stands as wanted, and answers how long that took, in ms. */
  async function goOnUntil(id: string, wanted: string): Promise<number> {
    const from = world.now().getTime();
    for (let look = 0; look < 100; look++) {
      await loop.pass();
      const { run, rollout } = await world.read(id);
      const { environment, stage } = run.run;
      const stands = run.decision?.action === 'needApproval' ? 'asks' : rollout.state;
      if (`${environment} ${stage} ${stands}` === wanted) return world.now().getTime() - from;
      world.wait(waitAfter(run));
    }
    throw new Error(`not ${wanted}: ${await said(id)}`);
  }
  const said = async (id: string) => (await world.read(id)).run.decision?.reason;

  /** A few looks in a bake and one at its very end; else as soon as the loop would look again. */
  function waitAfter({ run, reach, decision }: KeptRun): number {
    if (decision === null || (reach !== null && reach.reachedAt === null)) return REACH / 4;
    const step = policy.path.find(({ environment }) => environment === run.environment);
    const bakeMs = step?.stages[run.stage]?.bakeMs ?? 0;
    const left = bakeMs - bakedMs(run, world.now());
    if (left > 0) return Math.min(left, bakeMs / 5);
    const next = Date.parse(decision.checkAgainAt ?? '') - world.now().getTime();
    return next > 0 ? Math.min(next, MINUTE) : MINUTE;
  }

  async function post(status: 'pending' | 'passed'): Promise<void> {
    const ci = { check: 'acceptance', repository: 'shop/web', workflow: 'tests', summary: '', url: null, fork: false };
    const result = { ...ci, commit: COMMIT, status, postedBy: 'token:ci', at: world.now() };
    await insertCheckResult(world.database.db, { ...result, projectId: world.projectId });
  }

  async function approve(id: string): Promise<void> {
    const { db } = world.database;
    const asked = await findBySubject(db, world.projectId, `rollout/${id}/${id}-1/3/3/0`);
    if (asked === undefined) throw new Error('nobody was asked');
    const given = { requestId: asked.id, personId: 'rita', hash: asked.hash, givenAt: world.now() };
    await db.transaction((tx) => insertApproval(tx, given));
  }

  /** What production serves, in words: the rule of the audience, then the shares. */
  async function served(index = 1): Promise<string> {
    const { rules, fallthrough, run } = await world.flag(index);
    const audience = rules.map((rule) => `${JSON.stringify(rule.if)} ${JSON.stringify(rule.serve)}`);
    const split = 'split' in fallthrough ? fallthrough.split : undefined;
    const shares = split?.slices.map(([from, to, variant]) => `${variant} ${(to - from) / 1_000}`);
    const rest = shares?.join(', ') ?? JSON.stringify(fallthrough);
    return [...audience, rest, run === null ? 'left' : `entry ${run.entry}`].join('; ');
  }
  const STAFF = '{"segment":"staff"} {"variant":"on"}';

  it('walks a healthy run from staging to everybody, in the time that its bakes and gates take', async () => {
    const { door, projectId, environmentIds } = world;
    const { result: incident } = await openIncident({ door }, { principal: ROOT, reason: 'Payments.' }, projectId, {
      ...{ title: 'Payments', severity: 'minor', commander: null, reference: null },
      places: [{ environmentId: environmentIds[0] ?? 0, environment: 'staging', flag: FLAG }],
    });
    world.wait(20 * MINUTE);
    const seen = await requireIncident(door.db, projectId, incident?.id ?? '');
    await closeIncident({ door }, { principal: ROOT, reason: 'Mended.' }, seen);
    hosts = 1;
    const id = await world.start({ commit: COMMIT });
    const begun = world.now().getTime();
    await loop.pass();
    expect(await said(id)).toBe('Holds: boxes: 1 of 2 hosts are live and up to date.');
    hosts = 2;
    await loop.pass();
    expect(await said(id)).toMatch(/^Holds: calm: The incident “Payments” was closed at .*, within 1 h\.$/);
    expect(await goOnUntil(id, 'staging 0 running')).toBe(60 * MINUTE);
    expect(await served(0)).toBe('on 100; entry 1');
    expect(await goOnUntil(id, 'production -1 waiting')).toBe(REACH + 30 * MINUTE);
    expect(await served(0)).toBe('{"variant":"on"}; left');

    await post('pending');
    await loop.pass();
    expect(await said(id)).toMatch(/^Holds: ci: .*acceptance/);
    world.wait(10 * MINUTE);
    await post('passed');
    expect(await goOnUntil(id, 'production 0 running')).toBe(0);
    expect(await served()).toBe(`${STAFF}; {"variant":"off"}; entry 1`);
    expect(await goOnUntil(id, 'production 1 running')).toBe(REACH + HOUR);
    expect(await served()).toBe(`${STAFF}; on 5, off 95; entry 2`);
    expect(probes).toEqual([]);
    expect(await goOnUntil(id, 'production 2 running')).toBe(REACH + 30 * MINUTE + 20 * SECOND);
    expect(await served()).toBe(`${STAFF}; on 20, off 80; entry 3`);
    const called = world.now().getTime();
    expect(probes).toEqual([called - 20 * SECOND, called - 10 * SECOND, called]);

    expect(await goOnUntil(id, 'production 2 asks')).toBe(REACH + 2 * HOUR);
    world.wait(3 * HOUR);
    await loop.pass();
    expect(await served()).toBe(`${STAFF}; on 20, off 80; entry 3`);
    await approve(id);
    expect(await goOnUntil(id, 'production 3 running')).toBe(0);
    expect(await served()).toBe(`${STAFF}; on 50, off 50; entry 4`);
    expect(await goOnUntil(id, 'production 4 running')).toBe(REACH + DAY);
    expect(await served()).toBe(`${STAFF}; on 100; entry 5`);
    expect(await goOnUntil(id, 'production 4 finished')).toBe(REACH + 4 * HOUR);
    expect(await served()).toBe('{"variant":"on"}; left');

    const bakes = policy.path.flatMap(({ stages }) => stages).reduce((sum, { bakeMs }) => sum + bakeMs, 0);
    const waits = 60 * MINUTE + 10 * MINUTE + 20 * SECOND + 3 * HOUR + 6 * REACH;
    expect(world.now().getTime() - begun).toBe(bakes + waits);
    const { db } = world.database;
    const kept = await db.select().from(decisions).where(eq(decisions.rolloutId, id)).orderBy(asc(decisions.id));
    const acted = kept.filter(({ action }) => action !== 'hold').map(({ action, stage }) => `${action} ${stage}`);
    expect(acted).toEqual([
      ...['advance -1', 'finish 0'],
      ...['advance -1', 'advance 0', 'advance 1', 'needApproval 2', 'advance 2', 'advance 3', 'finish 4'],
    ]);
    const verdicts = kept.flatMap(({ guards }) => guards.map(({ verdict }) => verdict));
    expect([...new Set(verdicts)].sort()).toEqual(['inconclusive', 'not-applicable', 'pass']);
    expect(kept.filter(({ page }) => page !== null)).toEqual([]);
  });
});

/** Units that come at an even pace in each entry, with as many errors in both arms, and few enough of those. */
function healthyTraffic(): RolloutWorld['says']['entry'] {
  const begun = new Map<string, number>();
  return (run, entry, now) => {
    const name = `${run} ${entry}`;
    const from = begun.get(name) ?? now.getTime();
    begun.set(name, from);
    return entryAfter(now.getTime() - from, { run, entry, newestAt: now.toISOString() });
  };
}

const UNITS_PER_SECOND = 4;

function entryAfter(ms: number, named: Pick<EntryEvidence, 'run' | 'entry' | 'newestAt'>): EntryEvidence {
  const units = Math.floor((ms / SECOND) * UNITS_PER_SECOND);
  const each = (share: number) => {
    const hits = Math.floor(units * share);
    return { hits: { treatment: hits, control: hits, to: hits }, restarts: [] };
  };
  const values = () => ({ n: units, mean: 100, variance: 1_600 });
  const ripe = Math.max(0, units - UNITS_PER_SECOND * 600);
  const bad = Math.floor(ripe * 0.002);
  return {
    ...named,
    exposed: { treatment: units, control: units, to: units },
    metrics: {
      'checkout.error': each(0.01),
      'checkout.ms': { ...each(0.4), values: { treatment: values(), control: values() } },
      'http.5xx': { ...each(0.002), absolute: { [10 * MINUTE]: { bad, good: ripe - bad, restarts: [] } } },
    },
    events: { 'checkout.done': Math.floor(units * 0.4) },
  };
}
