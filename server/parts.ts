import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AccessList } from './access/access-list.ts';
import { findInstallationProject } from './access/access-store.ts';
import type { CommitAccess } from './access/commit.ts';
import type { House } from './access/guard.ts';
import { PasswordHashing } from './access/hash-password.ts';
import { HeldRevocations } from './access/held-revocations.ts';
import { Idempotency } from './access/idempotency.ts';
import { saveKeyUses } from './access/key-store.ts';
import { LastUsed } from './access/last-used.ts';
import { mayChangeBy } from './access/may-change.ts';
import { verifierOf } from './access/mint-secret.ts';
import type { PeopleParts } from './access/people-parts.ts';
import { SecurityEvents } from './access/security-events.ts';
import { SignInDelay } from './access/sign-in-delay.ts';
import { commitChange } from './changes/commit-change.ts';
import type { Check } from './changes/door.ts';
import { LocalDoorbell } from './changes/local-doorbell.ts';
import { NotifyDoorbell } from './changes/notify-doorbell.ts';
import type { Config } from './config.ts';
import type { Database } from './database/connect.ts';
import { countDropped } from './delivery/delivery-metrics.ts';
import { type Delivery, openDelivery } from './delivery/open-delivery.ts';
import { revocationFile } from './delivery/revocation-file.ts';
import { checkFreeze } from './environments/check-freeze.ts';
import { ContextTokens } from './evaluation/context-tokens.ts';
import { KeySets } from './evaluation/key-sets.ts';
import { flagDrafts } from './flags/flag-drafts.ts';
import { instancesInRedis } from './fleet/instances-in-redis.ts';
import { keepNodeId } from './fleet/node-id.ts';
import { type Fleet, openFleet } from './fleet/open-fleet.ts';
import { KillFollower } from './incidents/follow-kills.ts';
import { openReports, type Reports } from './metrics/open-reports.ts';
import { Admission } from './platform/admission.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import { Metrics } from './platform/metrics.ts';
import { type Outbound, type OutboundParts, openOutbound } from './platform/outbound.ts';
import { openRedis, type Redis } from './platform/redis.ts';
import type { Secrets } from './platform/secrets.ts';
import { noteForms } from './releases/note-forms.ts';
import { noteRolledBack } from './releases/note-rolled-back.ts';
import { proveRun } from './releases/prove-run.ts';
import { rollbackDrafts } from './releases/rollback-drafts.ts';
import { judgeRequests } from './requests/judge-request.ts';
import { checkLease } from './rollouts/check-lease.ts';
import { checkOwnership } from './rollouts/check-ownership.ts';
import { isAnybodyActing } from './rollouts/lease-store.ts';
import { openRollouts, type Rollouts } from './rollouts/open-rollouts.ts';
import { rolloutDrafts } from './rollouts/rollout-drafts.ts';
import { segmentDrafts } from './segments/segment-drafts.ts';
import { openSignals, type Signals } from './signals/open-signals.ts';
import { databaseNow } from './trains/departure-store.ts';
import { stoppedLineOf } from './trains/line-store.ts';
import { openTrains, type Trains } from './trains/open-trains.ts';
import { watchDatabase } from './watch-database.ts';
import { watchSilentSessions } from './watch-silent-sessions.ts';

/** What is there before anything slow happens. */
export interface Ground {
  config: Config;
  logger: Logger;
  secrets: Secrets;
  rootToken: string;
}

/** The one record of everything that lives as long as the house does. */
export interface Parts extends Ground {
  clock: typeof systemClock;
  metrics: Metrics;
  database: Database;
  doorbell: LocalDoorbell;
  /** Who may do what, and how requests are let in. */
  house: House;
  commit: CommitAccess;
  revocations: HeldRevocations;
  /** Who signs in, and how passwords are hashed and guessing is slowed down. */
  people: PeopleParts;
  delivery: Delivery;
  /** The apps that run, and what they have put in force. */
  fleet: Fleet;
  reports: Reports;
  /** What comes in from outside, and who waits for it. */
  signals: Signals;
  /** Policies that act: this node's part of it. */
  rollouts: Rollouts;
  /** What leaves together: this node's part of it. */
  trains: Trains;
  /** The only way to addresses that people write down. */
  outbound: Outbound;
  /** Says whom the tokens of client keys with signed contexts speak of. */
  contexts: ContextTokens;
  /** Where nodes tell each other which apps run; undefined where Postgres keeps that. */
  redis: Redis | undefined;
  /** How this node calls itself to its clients. */
  node: string;
}

/** Builds the parts on an open database; nothing here waits for it, and nothing goes on by itself yet. */
export async function buildParts(ground: Ground, database: Database): Promise<Parts> {
  const { config, logger, secrets } = ground;
  const { db } = database;
  const clock = systemClock;
  const metrics = new Metrics();
  const list = new AccessList({ db, clock, rootVerifier: verifierOf(ground.rootToken) });
  const doorbell = makeDoorbell(ground, database, metrics, () => catchUp(parts));
  const node = randomBytes(6).toString('hex');
  const rulesets = () => delivery.rulesets;
  // Before the rulesets, so that it hears of a commit before any app can.
  const redis = config.redisUrl === undefined ? undefined : openRedis({ url: config.redisUrl, log: logger });
  const fleet = openFleet({
    ...{ database, clock, signer: secrets, node, list, doorbell, rulesets, standing: await standingOf(config) },
    shared: redis && instancesInRedis({ redis, node, ...signingInstances(secrets) }),
  });
  const delivery: Delivery = await openDelivery({
    ...{ db, clock, doorbell, secrets, list, log: logger, checks: checksOf(clock) },
    ...{ dataDir: config.dataDir, snapshotMaxAgeMs: config.snapshotMaxAgeMs },
  });
  const commit: CommitAccess = (order, write) => commitChange(delivery.door, order, write);
  const house: House = {
    ...{ list, clock, trustProxy: config.trustProxy, publicUrl: config.publicUrl },
    admission: new Admission(config.limits),
    idempotency: new Idempotency(db, clock),
    events: new SecurityEvents({ clock, commit, installationProject: () => findInstallationProject(db), log: logger }),
    used: new LastUsed(clock, (uses) => saveKeyUses(db, uses)),
  };
  const file = revocationFile({ folder: join(config.dataDir, 'journal'), signer: secrets, log: logger });
  const revocations = new HeldRevocations({ db, clock, list, commit, file });
  const people: PeopleParts = {
    ...{ db, clock, commit, list, events: house.events, installationProject: () => findInstallationProject(db) },
    ...{ hashing: new PasswordHashing(), delay: new SignInDelay(clock), revocations },
  };
  const reports = openReports({ db, clock, metrics, flags: delivery.rulesets, log: logger });
  const outbound = openOutbound({ allowed: config.outboundAllow, onDone: countOutbound(metrics) });
  const rollouts = openRollouts({
    ...{ db, clock, door: delivery.door, doorbell, delivery, fleet, reports, node, outbound, secrets, metrics },
    ...{ log: logger, isAlone: database.kind === 'embedded', finished: proveRun },
    lineStopped: stoppedLineOf,
  });
  const trains = openTrains({
    ...{ db, door: delivery.door, list, databaseNow, doorbell, rollouts, metrics, log: logger },
    kinds: [...flagDrafts, ...segmentDrafts, ...rollbackDrafts, ...rolloutDrafts(rollouts.parts)],
    isActing: () => isAnybodyActing(db, 'rollouts'),
    glassBroken: (actor, departure) => tellOfGlass({ house, logger }, actor, departure),
  });
  const signals = openSignals({
    ...{ door: delivery.door, kill: delivery.kill },
    onError: (error) => logger.error({ error }, 'what a signal asks for could not be done; its sender comes again'),
  });
  const parts: Parts = {
    ...{ ...ground, clock, metrics, database, doorbell, house, commit, revocations, people, delivery, fleet, reports },
    ...{ signals, rollouts, trains, outbound, redis, node, contexts: openContexts(ground, clock, outbound) },
  };
  return parts;
}

/** As what the other nodes know this one, and as what people do. */
async function standingOf({ dataDir, port }: Config): Promise<{ id: string; host: string }> {
  return { id: await keepNodeId(dataDir), host: `${hostname()}:${port}` };
}

/** Something left without a second person: an event of security, loud in the log; whoever may approve finds it to look at. */
function tellOfGlass(
  { house, logger }: Pick<Parts, 'house' | 'logger'>,
  actor: string,
  { id, number }: { id: string; number: number },
): void {
  house.events.noteActor(actor, 'chemspill.glass-broken', '/trains/{train}/chemspill');
  logger.error({ page: 'chemspill', actor, departure: id, number }, 'a chemspill left without a second person');
}

/** What the door asks of every change, in this order. */
function checksOf(clock: Clock): Check[] {
  return [
    mayChangeBy(judgeRequests(clock)),
    checkFreeze(clock),
    checkLease,
    checkOwnership(clock),
    noteRolledBack(clock),
    noteForms(clock),
  ];
}

/** Whatever a doorbell that was away may have missed is read. */
export function catchUp({ house, delivery }: Parts): void {
  house.list.refresh().catch(() => undefined);
  void delivery.rulesets.askPlaces();
}

function openContexts({ config, secrets, logger }: Ground, clock: Clock, outbound: Outbound): ContextTokens {
  const onFault = (fault: string) =>
    logger.warn({ fault }, 'tokens of signed contexts cannot be checked as they should');
  const keySets = new KeySets({ outbound, allowed: config.outboundAllow, clock, onFault });
  return new ContextTokens({ keySets, secrets, clock, onFault });
}

/** Whether calls to other systems succeed, and why not, by the few ways in which they can fail. */
function countOutbound(metrics: Metrics): NonNullable<OutboundParts['onDone']> {
  return metrics.counterBy('outbound_calls_total', 'Calls to other systems, by how they ended', 'outcome');
}

function signingInstances(secrets: Secrets) {
  return {
    sign: (text: string) => secrets.sign('doorbell', text),
    verify: (text: string, signature: string) => secrets.verify('doorbell', text, signature),
  };
}

function makeDoorbell(
  { secrets, logger }: Ground,
  database: Database,
  metrics: Metrics,
  onConnected: () => void,
): LocalDoorbell {
  if (database.kind === 'embedded') return new LocalDoorbell();
  return new NotifyDoorbell({
    ...{ database, clock: systemClock, onConnected, onDropped: countDropped(metrics) },
    sign: (text) => secrets.sign('doorbell', text),
    verify: (text, signature) => secrets.verify('doorbell', text, signature),
    // A missed ring costs two seconds at most.
    onFailed: (error) => logger.warn({ error }, 'the doorbell could not be rung'),
  });
}

/** Begins what goes on by itself; answers how to stop each. */
export function followAll(parts: Parts): (() => void)[] {
  const { house, database, doorbell, revocations, delivery, fleet, reports, signals, rollouts, trains, logger } = parts;
  const { list, events, used } = house;
  const followed = fleet.follow();
  delivery.start();
  const incidents = new KillFollower({
    ...{ door: delivery.door, doorbell },
    onError: (error) => logger.error({ error }, 'a kill could not be given an incident; it is tried again'),
  });
  return [
    ...followed,
    doorbell.onAccess((revision) => void list.hear(revision).catch(() => undefined)),
    list.follow(),
    watchDatabase(list, logger),
    watchSilentSessions(database, logger),
    events.follow(),
    used.follow(),
    revocations.follow(),
    reports.follow(),
    incidents.follow(),
    signals.follow(),
    signals.listen((projectId) => rollouts.hear({ projectId })),
    rollouts.follow(),
    trains.follow(),
  ];
}
