import type { Server } from 'node:http';
import { offerSetup } from './access/offer-setup.ts';
import { API, IN_HOUSE } from './app.ts';
import { NotifyDoorbell } from './changes/notify-doorbell.ts';
import type { Config } from './config.ts';
import { type CallApi, type DemoAnswer, makeDemo } from './demo.ts';
import { beginDemoLife, type DemoLife } from './demo-life.ts';
import { DEMO_PROJECT } from './demo-project.ts';
import { findRootToken, firstStartPath, keepSetupLink, type RootToken } from './first-start.ts';
import { FrontDoor } from './front-door.ts';
import { storePast } from './metrics/past-counts-store.ts';
import { type DatabaseParts, keepReaching, openHouseDatabase } from './open-database.ts';
import { buildParts, catchUp, followAll, type Ground, type Parts } from './parts.ts';
import type { Logger } from './platform/logger.ts';
import { serveMetrics } from './platform/metrics.ts';
import { Secrets } from './platform/secrets.ts';
import { runSteps, type ShutdownStep } from './platform/shutdown.ts';
import { buildProtocols, type Protocols } from './protocols.ts';

/** A house that listens, and opens by and by. */
export interface RunningHouse {
  /** Where it listens; empty where it was asked not to. */
  url: string;
  rootToken: RootToken;
  /** With which somebody becomes the first administrator, once the house is open; undefined where there is one. */
  readonly setupLink: string | undefined;
  /** Resolves when it answers; rejects when it cannot be opened, with a sentence that says why. */
  opened: Promise<void>;
  readonly draining: boolean;
  /** The demo, once the house is open; undefined where there is none, or somebody has removed it. */
  readonly demo: DemoLife | undefined;
  /** Answers a request of hono's without a port, once it is open. */
  fetch(request: Request): Promise<Response>;
  /** Ends in order: not ready, goodbye to streams, running requests, then everything else. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** False for tests that need no port. */
  listen?: boolean;
  /** Told when the house must end though it had opened: its database turned out to be somebody else's. */
  onFatal?(error: unknown): void;
}

const DRAIN_MS = 4_000;
const REQUESTS_MS = 10_000;
const RECORDS_MS = 2_000;
const CLOSE_MS = 6_000;

/** Everything that must be ended again, in the order in which it came to be. */
interface Opened {
  parts: Parts;
  protocols: Protocols;
  stops: (() => void)[];
  metricsServer: Server | undefined;
  demo?: DemoLife;
  setupLink: string | undefined;
}

/** Listens, and then opens: settings are read, the port is there, and nothing slow has happened yet. */
export async function startHouse(config: Config, logger: Logger, options: StartOptions = {}): Promise<RunningHouse> {
  const secrets = Secrets.open({ dataDir: config.dataDir, fromEnv: config.secret });
  const rootToken = findRootToken(config);
  const ground: Ground = { config, logger, secrets, rootToken: rootToken.token };
  const door = new FrontDoor();
  const url = options.listen === false ? '' : await listen(door, config);
  if (url !== '') logger.info({ url }, 'listening');
  const opening = openHouse(ground, door, { ...options, url });
  // Whoever waits hears of it; nobody must.
  opening.catch(() => undefined);
  let closing: Promise<void> | undefined;
  let demo: DemoLife | undefined;
  let setupLink: string | undefined;
  return {
    url,
    rootToken,
    opened: opening.then((opened) => {
      ({ demo, setupLink } = opened);
    }),
    get setupLink() {
      return setupLink;
    },
    get demo() {
      return demo;
    },
    get draining() {
      return door.draining;
    },
    fetch: async (request) => (await opening).protocols.app.fetch(request),
    close: () => {
      closing ??= closeHouse(door, opening, logger);
      return closing;
    },
  };
}

async function listen(door: FrontDoor, { port, host }: Config): Promise<string> {
  try {
    return await door.listen(port, host);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw new Error(`port ${port} of ${host} is taken by another program: set PORT.`);
    if (code === 'EACCES') throw new Error(`port ${port} of ${host} may not be opened by this user: set PORT.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`HOST ${host} is no address of this machine.`);
    throw error;
  }
}

async function openHouse(ground: Ground, door: FrontDoor, options: StartOptions & { url: string }): Promise<Opened> {
  const { config, logger, secrets } = ground;
  const reaching: DatabaseParts = { address: config.database, secrets, logger };
  const { database, isReached } = await openHouseDatabase(reaching);
  const stops: (() => void)[] = [];
  let parts: Parts | undefined;
  try {
    parts = await buildParts(ground, database);
    const opened = await openParts(parts, stops);
    if (isReached) await joinDatabase(parts);
    else stops.push(keepReaching(database, reaching, rejoin(parts, options.url), options.onFatal ?? (() => undefined)));
    const hasDemo = config.demo && isReached && (await seedDemo(parts, opened.protocols));
    if (isReached) opened.setupLink = await offerFirstStart(parts, options.url);
    door.open(opened.protocols.open);
    logger.info({ database: database.kind, node: parts.node }, 'open');
    return hasDemo ? { ...opened, demo: enliven(parts, opened.protocols, options.url) } : opened;
  } catch (error) {
    for (const stop of stops) stop();
    await parts?.delivery.close();
    await database.close();
    throw error;
  }
}

/** Takes over what was kept, and begins what goes on by itself. */
async function openParts(parts: Parts, stops: (() => void)[]): Promise<Opened> {
  const { config, logger, metrics } = parts;
  await parts.revocations.open();
  const knowsAccess = await parts.delivery.readAccess();
  if (!knowsAccess) logger.error({}, 'neither the database nor the disk tells who may do what: not ready');
  const protocols = buildProtocols(parts);
  const { metricsPort, host } = config;
  const metricsServer = metricsPort === undefined ? undefined : await serveMetrics(metrics, metricsPort, host);
  // With METRICS_PORT=0 nobody would know where it is.
  if (metricsServer) logger.info({ address: metricsServer.address() }, 'serving metrics');
  stops.push(...followAll(parts));
  return { parts, protocols, stops, metricsServer, setupLink: undefined };
}

function rejoin(parts: Parts, url: string): () => Promise<void> {
  return async () => {
    parts.logger.info({}, 'the database is reached');
    await joinDatabase(parts);
    await offerFirstStart(parts, url);
  };
}

/** Where nobody can sign in yet, whoever can read the files of this machine becomes the first administrator. */
async function offerFirstStart({ config, people, logger }: Parts, url: string): Promise<string | undefined> {
  try {
    const link = keepSetupLink(config.dataDir, config.publicUrl ?? url, await offerSetup(people));
    if (link !== undefined) logger.info({ file: firstStartPath(config.dataDir) }, 'a setup link was made');
    return link;
  } catch (error) {
    logger.error({ error }, 'the setup link could not be made');
    return undefined;
  }
}

/** The database is there and is ours: from now on the doorbell is heard, and what was missed is read. */
async function joinDatabase(parts: Parts): Promise<void> {
  if (parts.doorbell instanceof NotifyDoorbell) {
    await parts.doorbell.open().catch((error: unknown) => {
      parts.logger.warn({ error }, 'the doorbell cannot be heard; the database is asked every 2 s');
    });
  }
  catchUp(parts);
}

/**
 * Through the admin API, in this process: what the demo has went through every check that anybody's has. Whatever was
 * made of it since may stand in its way, and is no reason not to start.
 */
async function seedDemo(parts: Parts, protocols: Protocols): Promise<boolean> {
  const { config, house, logger } = parts;
  const isLive = (secret: string) => typeof house.list.findCredential(secret) !== 'string';
  try {
    return await makeDemo({ dataDir: config.dataDir, isLive, call: callItself(parts, protocols) });
  } catch (error) {
    logger.error({ error }, 'the demo could not be made');
    return true;
  }
}

function enliven(parts: Parts, protocols: Protocols, url: string): DemoLife {
  const { config, clock, logger, database, house, delivery } = parts;
  const placeOf = (environment: string) => {
    const project = house.list.findProject(DEMO_PROJECT.key);
    const found = project && house.list.findEnvironment(project.id, environment);
    return found && { projectId: found.projectId, environmentId: found.id };
  };
  return beginDemoLife({
    ...{ dataDir: config.dataDir, lively: config.demoApps, url, log: logger, call: callItself(parts, protocols) },
    now: () => clock.now(),
    compiled: async (environment) => {
      const place = placeOf(environment);
      return place && (await delivery.rulesets.load(place.environmentId)).compiled;
    },
    storePast: async (environment, past) => {
      const place = placeOf(environment);
      if (place) await storePast(database.db, place, past);
    },
  });
}

/** The admin API without a port, as the root token where nobody else is named. */
function callItself({ rootToken }: Parts, { app }: Protocols): CallApi {
  return async (method, path, body, as = rootToken) => {
    const put = method === 'PUT' ? { 'if-match': '*' } : {};
    const headers = { authorization: `Bearer ${as}`, 'content-type': 'application/json', ...put };
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await app.request(`${API}${path}`, { method, headers, ...given }, IN_HOUSE);
    return { status: response.status, body: (await response.json()) as DemoAnswer };
  };
}

async function closeHouse(door: FrontDoor, opening: Promise<Opened>, logger: Logger): Promise<void> {
  door.drain();
  const opened = await opening.catch(() => undefined);
  const requests: ShutdownStep = { name: 'requests', mostMs: REQUESTS_MS + 1_000, run: () => door.close(REQUESTS_MS) };
  await runSteps(opened === undefined ? [requests] : [...drainSteps(opened), requests, ...endSteps(opened)], logger);
}

function drainSteps({ protocols: { health, sdk, ofrep, ofrepStream, values, live }, demo }: Opened): ShutdownStep[] {
  const streams = () => Promise.all([sdk.drain(), ofrepStream.drain(), values.drain(), live.drain(), ofrep.close()]);
  return [
    { name: 'readiness', mostMs: RECORDS_MS, run: () => health.drain() },
    // Its apps send what they have counted while somebody takes it.
    { name: 'demo', mostMs: RECORDS_MS, run: () => demo?.close() },
    { name: 'streams', mostMs: DRAIN_MS, run: streams },
  ];
}

function endSteps({ parts, protocols, stops, metricsServer }: Opened): ShutdownStep[] {
  const { house, delivery, fleet, doorbell, database, reports } = parts;
  const stopAll = () => {
    for (const stop of stops) stop();
    protocols.sdk.close();
    protocols.ofrepStream.close();
    protocols.values.close();
    protocols.live.close();
    metricsServer?.close();
    metricsServer?.closeAllConnections();
  };
  return [
    { name: 'followers', mostMs: RECORDS_MS, run: stopAll },
    { name: 'trains', mostMs: CLOSE_MS, run: () => parts.trains.close() },
    { name: 'rollouts', mostMs: CLOSE_MS, run: () => parts.rollouts.close() },
    { name: 'evaluations', mostMs: RECORDS_MS, run: () => reports.ofrep.flush() },
    { name: 'last uses', mostMs: RECORDS_MS, run: () => house.used.flush() },
    { name: 'security events', mostMs: RECORDS_MS, run: () => house.events.flush() },
    { name: 'running apps', mostMs: RECORDS_MS, run: () => fleet.close() },
    { name: 'disk', mostMs: CLOSE_MS, run: () => delivery.close() },
    { name: 'redis', mostMs: RECORDS_MS, run: () => parts.redis?.disconnect() },
    { name: 'doorbell', mostMs: RECORDS_MS, run: () => doorbell.close() },
    { name: 'database', mostMs: CLOSE_MS, run: () => database.close() },
  ];
}
