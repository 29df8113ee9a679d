import { getRequestListener } from '@hono/node-server';
import { AdminUi, BUILT_ADMIN_UI } from './admin-ui.ts';
import { type AppParts, buildApp } from './app.ts';
import { countDelivery, watchDelivery } from './delivery/delivery-metrics.ts';
import { Health } from './delivery/health.ts';
import { metricsRoutes } from './delivery/metrics-routes.ts';
import { SdkProtocol } from './delivery/sdk-protocol.ts';
import { StreamAdmission } from './delivery/stream-admission.ts';
import { demoKeyPath } from './demo.ts';
import { BUILT_DEMO_SHOP, DemoShop } from './demo-shop.ts';
import { bootstrapProtocol, evaluatePage } from './evaluation/bootstrap-protocol.ts';
import { Ofrep } from './evaluation/ofrep.ts';
import { OfrepStream } from './evaluation/ofrep-stream.ts';
import { ValuesProtocol } from './evaluation/values-protocol.ts';
import { watchFleet } from './fleet/fleet-metrics.ts';
import { receiptProtocol } from './fleet/receipt-protocol.ts';
import type { Open, Taker } from './front-door.ts';
import { listDegraded } from './list-degraded.ts';
import { LiveStreams } from './live/live-streams.ts';
import { type ClientReportParts, ClientReportProtocol } from './metrics/client-report-protocol.ts';
import { reportProtocol } from './metrics/report-protocol.ts';
import type { Parts } from './parts.ts';
import { readPrivateFile } from './platform/private-file.ts';
import { listRooms, TELLERS } from './rooms.ts';
import { HookProtocol } from './signals/hook-protocol.ts';

/** Everything that answers: raw requests first, then hono. */
export interface Protocols {
  app: ReturnType<typeof buildApp>;
  health: Health;
  ofrep: Ofrep;
  sdk: SdkProtocol;
  ofrepStream: OfrepStream;
  values: ValuesProtocol;
  live: LiveStreams;
  /** What the front door is given. */
  open: Open;
}

export function buildProtocols(parts: Parts): Protocols {
  const { house, delivery, clock, secrets, config, logger, metrics, node } = parts;
  const { rulesets } = delivery;
  const admission = new StreamAdmission(config.limits);
  const counts = countDelivery(metrics);
  const common = {
    ...{ gate: house, flags: rulesets, clock },
    onRevoked: (listener: (id: string) => void) => house.list.onRevoked(listener),
    onError: (error: unknown) => logger.error({ error }, 'a request broke'),
  };
  const noting = (method: string) => (route: string, status: number, tookMs: number) =>
    metrics.noteRequest(method, route, status, tookMs);
  const health = new Health({
    canServe: watchServing(parts),
    degraded: () => listDegraded(parts),
    onAnswer: noting('GET'),
  });
  const heard = (environmentId: number) => rulesets.heard(environmentId);
  const ofrep = new Ofrep({
    ...{ ...common, heard, secrets, contexts: parts.contexts, limits: config.limits, onAnswer: noting('POST') },
    counts: parts.reports.ofrep,
    publicPath: new URL(config.publicUrl ?? 'http://localhost').pathname.replace(/\/+$/, ''),
  });
  const watcher = parts.fleet.instances;
  const sdk = new SdkProtocol({ ...common, admission, node, counts, watcher, onAnswer: noting('GET') });
  const receipts = receiptProtocol({ ...common, instances: watcher, onAnswer: noting('POST') });
  const ofrepStream = new OfrepStream({
    ...{ ...common, secrets, admission, onAnswer: noting('GET') },
    onStuck: () => counts.stuck(),
  });
  const values = new ValuesProtocol({
    ...{ ...common, heard, admission, contexts: parts.contexts, limits: config.limits, onAnswer: noting('POST') },
    ...{ counts: parts.reports.ofrep, onStuck: () => counts.stuck() },
  });
  const bootstrap = bootstrapProtocol({ ...common, counts: parts.reports.ofrep, onAnswer: noting('POST') });
  const hooks = new HookProtocol({ ...parts.signals, secrets, gate: house, onAnswer: noting('POST') });
  rulesets.keepWhile((environmentId) => [sdk, ofrepStream, values].some((one) => one.streamsOf(environmentId) > 0));
  watchDelivery(metrics, {
    doorbell: parts.doorbell,
    streams: () => ({ sdk: sdk.streams, ofrep: ofrepStream.streams + values.streams }),
    oldestAgeMs: () => oldestAge(parts),
    killsUnsettled: () => delivery.overlays.size,
    journalEntries: () => delivery.journal.entries().length,
    environmentsServed: () => rulesets.heldEnvironments().length,
  });
  watchFleet(metrics, watcher, clock);
  const live = openLive(parts);
  const app = buildApp(appParts(parts, live));
  const screen = new AdminUi({
    ...{ folder: BUILT_ADMIN_UI.folder, secure: isSecure(parts), onError: common.onError },
  });
  const listener = getRequestListener(app.fetch);
  const told = [receipts, ...takeReports(parts, { ...common, onAnswer: noting('POST') })];
  const open: Open = {
    takers: [...told, bootstrap, sdk, values, ofrep, ofrepStream, health, hooks, ...openShop(parts), screen],
    rest: (request, response) => listener(request, response),
  };
  return { app, health, ofrep, sdk, ofrepStream, values, live, open };
}

function isSecure({ config }: Parts): boolean {
  return config.publicUrl?.startsWith('https:') ?? false;
}

/** The page of the demo, where there is a demo: its visitors are evaluated here, and its page has the demo's client key. */
function openShop(parts: Parts): Taker[] {
  const { config, house, delivery, reports, logger } = parts;
  if (!config.demo) return [];
  const shop = new DemoShop({
    ...{ folder: BUILT_DEMO_SHOP.folder, secure: isSecure(parts) },
    findPlace: () => {
      const key = readPrivateFile(demoKeyPath(config.dataDir, 'client')) ?? '';
      const found = house.list.findCredential(key);
      return typeof found !== 'string' && found.kind === 'key' ? { ...found, key } : undefined;
    },
    evaluate: (place, context) => evaluatePage({ flags: delivery.rulesets, counts: reports.ofrep }, place, context),
    onError: (error) => logger.error({ error }, 'the page of the demo could not be sent'),
  });
  return [shop];
}

/** What apps and pages have evaluated. */
function takeReports(
  { reports, contexts, config }: Parts,
  common: Pick<ClientReportParts, 'gate' | 'flags' | 'clock' | 'onError' | 'onAnswer'>,
): Taker[] {
  return [
    reportProtocol({ ...common, writer: reports.writer }),
    new ClientReportProtocol({ ...common, contexts, limits: config.limits, writer: reports.pagesWriter }),
  ];
}

/** The streams of screens, which tell what everything else here does. */
function openLive({ house, delivery, database, clock, doorbell, fleet, logger }: Parts): LiveStreams {
  const { rulesets, overlays } = delivery;
  return new LiveStreams({
    ...{ db: database.db, clock, doorbell, list: house.list, rulesets, overlays, fleet, tellers: TELLERS },
    onError: (error) => logger.error({ error }, 'a stream of a screen could not be served as it should'),
  });
}

function appParts(parts: Parts, live: LiveStreams): AppParts {
  const { house, logger, config, metrics } = parts;
  return {
    ...{ house, logger, publicUrl: config.publicUrl },
    rooms: listRooms(parts, live),
    // With a port of their own they are not here, where everybody comes by.
    metricsRoutes: config.metricsPort === undefined ? metricsRoutes(metrics) : undefined,
    onAnswer: (method, route, status, tookMs) => metrics.noteRequest(method, route, status, tookMs),
  };
}

/** A node serves once it knows who may do what, and has had a ruleset or a database that answers. */
function watchServing({ house, delivery }: Parts): () => boolean {
  let hasServed = false;
  delivery.rulesets.onServed(() => {
    hasServed = true;
  });
  return () => house.list.revision >= 0 && (hasServed || house.list.ageMs !== undefined);
}

function oldestAge({ delivery: { rulesets } }: Parts): number | undefined {
  const ages = rulesets.heldEnvironments().map((environmentId) => rulesets.ageMs(environmentId));
  return ages.length === 0 ? undefined : Math.max(...ages);
}
