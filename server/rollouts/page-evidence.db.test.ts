import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compile, evaluate } from '@turnout/core';
import { eq } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { placeOfContextSecret, type SignedContexts } from '../access/context-rule.ts';
import { changes, environments, flags } from '../database/tables.ts';
import { GUARDS, MINUTE, metric, stageOf } from '../decisions/decide.fixture.ts';
import { TestGate } from '../delivery/sdk-node.fixture.ts';
import type { Served } from '../delivery/served.ts';
import { ContextTokens } from '../evaluation/context-tokens.ts';
import { CLIENT_REPORTS, ClientReportProtocol } from '../metrics/client-report-protocol.ts';
import { CurrentRuns } from '../metrics/current-runs.ts';
import { EvidenceReader } from '../metrics/evidence-reader.ts';
import { NewUnits } from '../metrics/new-units.ts';
import { storeReports } from '../metrics/report-store.ts';
import { ReportWriter } from '../metrics/report-writer.ts';
import { clientReportOf } from '../metrics/reports.fixture.ts';
import { systemClock } from '../platform/clock.ts';
import { Secrets } from '../platform/secrets.ts';
import type { RolloutLoop } from './rollout-loop.ts';
import { FLAG, openRolloutWorld, type RolloutWorld, shortPolicy } from './rollouts.fixture.ts';

const SECRET = randomBytes(32).toString('base64');
const RULE: Omit<SignedContexts, 'sealed'> = {
  ...{ issuer: 'https://id.example', audience: 'shop', algorithms: ['HS256'], jwksUrl: null, bodyAttributes: [] },
};
const STAGES = [stageOf({ exposure: 50_000, bakeMs: MINUTE, minUnits: 100 }), stageOf({ exposure: 100_000 })];
const EVENT = 'checkout.error.event';

describe('what pages tell of a rollout', () => {
  let world: RolloutWorld;
  let loop: RolloutLoop;
  let node: Node;
  beforeAll(async () => {
    world = await openRolloutWorld(undefined, ({ db }) => {
      const reader = new EvidenceReader(db);
      // Reports come in by the clock of the database, on which the days of this world are long over.
      return { readEntry: (asked) => reader.read(asked, new Date()) };
    });
    await world.database.db.update(flags).set({ clientVisible: true }).where(eq(flags.key, FLAG));
    world.says.metrics = [{ ...metric('checkout.error', 'rate'), source: 'client' }];
    for (const environment of ['staging', 'production']) {
      const guard = { ...GUARDS.errors, onFail: 'kill' as const };
      world.policies.set(environment, shortPolicy({ path: [{ environment, stages: STAGES }], guards: [guard] }));
    }
    loop = await world.takeOver();
    node = new Node(world);
    await node.listen();
  });
  beforeEach(async () => {
    for (const index of [0, 1]) {
      await world.setFlag({ state: 'on', fallthrough: { variant: 'off' }, rules: [], run: null }, index);
    }
  });
  afterAll(async () => {
    await node?.close();
    await world?.database.close();
  });

  /** A rollout in its first stage, at one half, long baked. */
  async function begun(environment: 'staging' | 'production'): Promise<string> {
    const id = await world.start({ policy: environment });
    for (let look = 0; look < 4; look++) await goOn();
    expect((await world.read(id)).run.run).toMatchObject({ stage: 0, state: 'running' });
    await node.serve(environment === 'staging' ? 0 : 1);
    return id;
  }
  async function goOn(): Promise<void> {
    world.wait(MINUTE);
    await loop.pass();
  }
  /** What anybody could see of it: how far it is, and what visitors get. */
  async function standing(id: string, index: number) {
    const { run } = await world.read(id);
    const { killed, fallthrough } = await world.flag(index);
    const log = await world.database.db.$count(changes);
    return { at: [run.run.stage, run.run.entry], killed, fallthrough, log };
  }
  const failing = (variant: string) => (variant === 'on' ? 500 : 0);
  const well = () => 0;

  it('is no advance, no rollback and no kill, where 100,000 events of a client key were made up', async () => {
    const id = await begun('staging');
    const before = await standing(id, 0);
    // Nobody vouches for these visitors; of the later ones half have five hundred errors each.
    await node.tell(node.open, 300, well);
    for (let look = 0; look < 3; look++) await goOn();
    const calm = (await world.read(id)).run.decision;
    expect(calm?.guards[0]).toMatchObject({ verdict: 'pass', mayBeForged: true });
    expect(calm?.conditions.filter(({ met }) => !met).map(({ kind }) => kind)).toEqual(['units', 'witness']);
    expect(await standing(id, 0)).toEqual(before);
    expect(await node.tell(node.open, 450, failing)).toBeGreaterThan(100_000);
    for (let look = 0; look < 3; look++) await goOn();
    const { run } = await world.read(id);
    expect(run.decision?.guards[0]).toMatchObject({ verdict: 'fail', mayBeForged: true });
    expect(run.run).toMatchObject({ state: 'paused', stage: 0, pausedBy: { cause: 'guard' } });
    const { log: _, ...after } = await standing(id, 0);
    expect(after).toEqual({ at: before.at, killed: before.killed, fallthrough: before.fallthrough });
    await world.steer(id, 'rollback', 'It is over.');
  });

  it('pauses a rollout where the environment is protected, whoever vouches for it', async () => {
    const id = await begun('production');
    const { log: _, ...before } = await standing(id, 1);
    await node.tell(node.signed, 400, failing);
    for (let look = 0; look < 3; look++) await goOn();
    const { log: __, ...after } = await standing(id, 1);
    expect(after).toEqual(before);
    expect((await world.read(id)).run.run).toMatchObject({ state: 'paused', pausedBy: { cause: 'guard' } });
    await world.steer(id, 'rollback', 'It is over.');
  });

  it('leaves a stage, or kills, by visitors whom tokens vouch for, where nothing is protected', async () => {
    const id = await begun('staging');
    // What nobody vouches for does not matter beside it.
    await node.tell(node.open, 200, failing);
    await node.tell(node.signed, 300, well);
    await goOn();
    expect((await world.read(id)).run.run).toMatchObject({ stage: 1 });
    await world.steer(id, 'rollback', 'It is over.');
    const other = await begun('staging');
    await node.tell(node.signed, 400, failing);
    await goOn();
    expect(await world.flag(0)).toMatchObject({ killed: true });
    expect((await world.read(other)).run.run.state).toBe('killed');
  });
});

/** A node that takes what pages report, and serves what the database has at a moment. */
class Node {
  readonly open: string;
  readonly signed: string;
  readonly #gate = new TestGate();
  readonly #world: RolloutWorld;
  readonly #server: Server;
  #served: Served | undefined;
  #visitors = 0;

  constructor(world: RolloutWorld) {
    this.#world = world;
    const { db } = world.database;
    const secrets = Secrets.open({ dataDir: '', fromEnv: randomBytes(32).toString('base64') });
    const rulesets = { served: () => this.#served, refresh: async () => undefined };
    const units = new NewUnits(new CurrentRuns(rulesets).find);
    const writer = new ReportWriter({
      ...{ clock: systemClock, gatherMs: 10, mostTogether: 1_000 },
      store: (arrived) => storeReports(db, arrived, units),
      counts: { stored: () => undefined, repeated: () => undefined, failed: () => undefined },
    });
    const fail = (error: unknown) => {
      throw error;
    };
    const protocol = new ClientReportProtocol({
      ...{ gate: this.#gate, clock: systemClock, limits: { CLIENT_REQUESTS: 1e6 }, writer },
      contexts: new ContextTokens({ secrets, clock: systemClock, keySets: NO_KEYS, onFault: fail }),
      flags: { served: () => this.#served, load: () => Promise.reject(new Error('nothing is served')) },
      ...{ onError: fail, onAnswer: () => undefined },
    });
    this.open = this.#gate.key('client', { projectId: world.projectId });
    this.signed = this.#gate.key('client', { projectId: world.projectId });
    const key = this.#gate.principals.get(this.signed);
    if (typeof key === 'object' && key.kind === 'key') {
      key.context = { ...RULE, sealed: secrets.seal(placeOfContextSecret(key.id), SECRET) };
    }
    this.#server = createServer((request, response) => void protocol.handle(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async serve(index: number): Promise<void> {
    const { database, door, environmentIds } = this.#world;
    const environmentId = environmentIds[index] ?? 0;
    for (const key of this.#gate.principals.values()) {
      if (typeof key === 'object' && key.kind === 'key') key.environmentId = environmentId;
    }
    const ruleset = await database.db.transaction(async (tx) => {
      const [row] = await tx.select().from(environments).where(eq(environments.id, environmentId));
      return door.readRuleset(tx, { ...row!, projectKey: 'shop' });
    });
    this.#served = { compiled: compile(ruleset), position: `${ruleset.epoch}.${ruleset.revision}` } as Served;
  }

  /** So many new visitors are shown the flag, and have so many errors each; answers how many were told of. */
  async tell(key: string, visitors: number, errorsOf: (variant: string) => number): Promise<number> {
    let told = 0;
    const one = async () => {
      const targetingKey = `visitor-${this.#visitors++}`;
      const { variant = '' } = evaluate(this.#served!.compiled, FLAG, { targetingKey });
      const count = errorsOf(variant);
      const events = count === 0 ? [] : [{ event: EVENT, count, valued: 0, sum: 0 }];
      const who = key === this.signed ? { contextToken: await sign(targetingKey) } : { context: { targetingKey } };
      await this.#send(
        clientReportOf(key, { ...who, flags: [{ flag: FLAG, variants: { [variant]: 1 }, coded: 0 }], events }),
      );
      told += count;
    };
    for (let left = visitors; left > 0; left -= 400)
      await Promise.all(Array.from({ length: Math.min(400, left) }, one));
    return told;
  }

  async #send(report: object): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const body = JSON.stringify(report);
    const { status } = await fetch(`http://127.0.0.1:${port}${CLIENT_REPORTS}`, { method: 'POST', body });
    expect(status).toBe(202);
  }
}

const NO_KEYS = { now: () => undefined, take: () => Promise.reject(), takeNewer: () => Promise.reject() };

function sign(sub: string): Promise<string> {
  const { issuer: iss, audience: aud } = RULE;
  const exp = Math.floor(Date.now() / 1_000) + 600;
  return new SignJWT({ iss, aud, sub, exp })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
}
