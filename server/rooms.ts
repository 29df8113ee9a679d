import { keyRoutes } from './access/key-routes.ts';
import { memberRoutes } from './access/member-routes.ts';
import { peopleRoutes } from './access/people-routes.ts';
import { sessionRoutes } from './access/session-routes.ts';
import { tokenRoutes } from './access/token-routes.ts';
import type { Room } from './app.ts';
import type { ReadRuleset } from './changes/door.ts';
import { changeRoutes, epochRoutes } from './changes/routes.ts';
import { memberTeller } from './changes/tell-member.ts';
import { killRoutes } from './delivery/kill-routes.ts';
import { restoreDrafts } from './delivery/restore-draft.ts';
import { environmentDrafts } from './environments/environment-drafts.ts';
import { environmentRoutes } from './environments/environment-routes.ts';
import { freezeRoutes } from './environments/freeze-routes.ts';
import { placeRoutes } from './environments/place-routes.ts';
import { projectRoutes } from './environments/project-routes.ts';
import { freezeTeller } from './environments/tell-freeze.ts';
import { configurationRoutes } from './flags/configuration-routes.ts';
import { fillEnvironment } from './flags/fill-environment.ts';
import { flagDrafts } from './flags/flag-drafts.ts';
import { flagRoutes } from './flags/flag-routes.ts';
import { flagTeller } from './flags/tell-flag-change.ts';
import { flagUndoer } from './flags/undo-flag-change.ts';
import { changeReceiptRoutes, instanceRoutes } from './fleet/routes.ts';
import { checkRoutes } from './gates/check-routes.ts';
import { incidentRoutes } from './incidents/routes.ts';
import { incidentTeller } from './incidents/tell-incident.ts';
import type { LiveStreams } from './live/live-streams.ts';
import { liveRoutes } from './live/routes.ts';
import { metricRoutes } from './metrics/metric-routes.ts';
import { rateRoutes } from './metrics/rate-routes.ts';
import { changeEvaluationRoutes, evaluationRoutes } from './metrics/routes.ts';
import { sourceDrafts } from './metrics/source-drafts.ts';
import { sourceRoutes } from './metrics/source-routes.ts';
import { sourceTeller } from './metrics/tell-source.ts';
import type { Parts } from './parts.ts';
import { floorRoutes } from './policies/floor-routes.ts';
import { policyDrafts } from './policies/policy-drafts.ts';
import { flagsAsking, policiesNaming, policyReaders } from './policies/policy-readers.ts';
import { policyRoutes } from './policies/policy-routes.ts';
import { floorTeller, policyTeller } from './policies/tell-policy.ts';
import { rollbackDrafts } from './releases/rollback-drafts.ts';
import { rollbackRoutes } from './releases/rollback-routes.ts';
import { releaseRoutes } from './releases/routes.ts';
import { releaseTeller } from './releases/tell-release.ts';
import { rollbackTeller } from './releases/tell-rollback.ts';
import { rollbackUndoer } from './releases/undo-rollback.ts';
import { accessDrafts } from './requests/access-drafts.ts';
import { requestRoutes } from './requests/routes.ts';
import { requestTeller } from './requests/tell-request.ts';
import { requestUndoer } from './requests/undo-request.ts';
import { isAnybodyActing } from './rollouts/lease-store.ts';
import { livePolicies, liveRollouts } from './rollouts/live-policies-store.ts';
import { recentTraffic } from './rollouts/recent-traffic.ts';
import { rolloutDrafts } from './rollouts/rollout-drafts.ts';
import { hasLiveRollout } from './rollouts/rollout-store.ts';
import { rolloutRoutes } from './rollouts/routes.ts';
import { rolloutTeller } from './rollouts/tell-rollout.ts';
import { rolloutUndoer } from './rollouts/undo-start.ts';
import { segmentRoutes } from './segments/routes.ts';
import { segmentDrafts } from './segments/segment-drafts.ts';
import { segmentTeller } from './segments/tell-segment-change.ts';
import { segmentUndoer } from './segments/undo-segment-change.ts';
import { hookTeller } from './signals/hook.ts';
import { hookRoutes } from './signals/hook-routes.ts';
import { aboardOf } from './trains/aboard-of.ts';
import { databaseNow } from './trains/departure-store.ts';
import { trainRoutes } from './trains/routes.ts';
import { departureRoutes } from './trains/steer-routes.ts';
import { trainTeller } from './trains/tell-train.ts';
import { transferRoutes } from './transfer/routes.ts';
import { importTeller } from './transfer/tell-import.ts';

const IN_PROJECT = '/projects/:project';
const IN_ENVIRONMENT = `${IN_PROJECT}/environments/:environment`;

const OWN_TELLERS = [
  flagTeller,
  segmentTeller,
  importTeller,
  memberTeller,
  freezeTeller,
  incidentTeller,
  hookTeller,
  sourceTeller,
  policyTeller,
  floorTeller,
  rolloutTeller,
  trainTeller,
  rollbackTeller,
  releaseTeller,
];
/** Who tells of which entries of the log in words; what a request carried out, in the words of the others. */
export const TELLERS = [...OWN_TELLERS, requestTeller(OWN_TELLERS)];
/** Whose rollouts go by a source now. */
const askedFor = flagsAsking(liveRollouts);
/** The calls that can wait until they are approved. */
const DRAFTS = [
  ...flagDrafts,
  ...segmentDrafts,
  ...environmentDrafts,
  ...restoreDrafts,
  ...rollbackDrafts,
  ...sourceDrafts(askedFor),
];
const UNDOERS = [flagUndoer, segmentUndoer, rolloutUndoer];

type RoomParts = Pick<
  Parts,
  | 'house'
  | 'database'
  | 'clock'
  | 'commit'
  | 'revocations'
  | 'people'
  | 'delivery'
  | 'fleet'
  | 'secrets'
  | 'outbound'
  | 'rollouts'
  | 'trains'
  | 'reports'
>;

/** Changes that carry several: a request may carry a rollback, too. */
function carryingUndoers(readRuleset: ReadRuleset) {
  const rollback = rollbackUndoer(readRuleset);
  return [rollback, requestUndoer(readRuleset, [...UNDOERS, rollback])];
}

/** Every room's routes, and where they are mounted. */
export function listRooms(parts: RoomParts, live: Pick<LiveStreams, 'open'>): Room[] {
  const { clock, commit, revocations, delivery, fleet } = parts;
  const { list } = parts.house;
  const { door } = delivery;
  const { recentRates: rates } = parts.reports;
  const { whyRefused } = parts.outbound;
  const policies = { door, readers: policyReaders({ hasLiveRollout, traffic: recentTraffic, rates, whyRefused }) };
  const kinds = [...DRAFTS, ...accessDrafts(list), ...policyDrafts(policies), ...rolloutDrafts(parts.rollouts.parts)];
  const { wake } = parts.trains.parts;
  const isActing = () => isAnybodyActing(parts.database.db, 'rollouts');
  const trains = { door, list, kinds, databaseNow, isActing, wake };
  const keys = { db: parts.database.db, clock, commit, list, revocations, secrets: parts.secrets };
  const running = { db: parts.database.db, clock, list, fleet, overlays: delivery.overlays, killRight: delivery.kill };
  return [
    { path: '', routes: sessionRoutes(parts.people) },
    { path: '', routes: projectRoutes({ door, list }) },
    { path: '', routes: placeRoutes({ list }) },
    { path: IN_PROJECT, routes: environmentRoutes({ door, list, fillEnvironment }) },
    { path: IN_PROJECT, routes: freezeRoutes({ door }) },
    { path: '', routes: peopleRoutes(parts.people) },
    { path: '', routes: memberRoutes(parts.people, 'installation') },
    { path: IN_PROJECT, routes: memberRoutes(parts.people, 'project') },
    { path: IN_PROJECT, routes: tokenRoutes(keys) },
    { path: IN_ENVIRONMENT, routes: keyRoutes(keys) },
    { path: IN_PROJECT, routes: flagRoutes({ door }) },
    { path: IN_PROJECT, routes: transferRoutes({ door }) },
    { path: IN_ENVIRONMENT, routes: configurationRoutes({ door, awaitReceipts: fleet.awaitReceipts }) },
    { path: IN_ENVIRONMENT, routes: killRoutes({ ...delivery, awaitReceipts: fleet.awaitReceipts }) },
    { path: IN_ENVIRONMENT, routes: instanceRoutes(running) },
    { path: IN_ENVIRONMENT, routes: segmentRoutes({ door }) },
    { path: IN_ENVIRONMENT, routes: evaluationRoutes({ db: parts.database.db, clock }) },
    ...listDecisionRooms(parts, policies),
    {
      path: IN_PROJECT,
      routes: changeRoutes({
        ...{ door, list, tellers: TELLERS },
        undoers: [...UNDOERS, ...carryingUndoers(door.readRuleset)],
      }),
    },
    {
      path: IN_PROJECT,
      routes: requestRoutes({ door, list, kinds, aboardOf }),
    },
    { path: IN_PROJECT, routes: trainRoutes(trains) },
    { path: IN_PROJECT, routes: departureRoutes({ ...parts.trains.parts, awaitReceipts: fleet.awaitReceipts }) },
    {
      path: IN_ENVIRONMENT,
      routes: rollbackRoutes({ door, list, kinds, tellers: TELLERS, awaitReceipts: fleet.awaitReceipts }),
    },
    { path: IN_PROJECT, routes: changeReceiptRoutes(running) },
    { path: IN_PROJECT, routes: changeEvaluationRoutes({ db: parts.database.db }) },
    { path: IN_PROJECT, routes: incidentRoutes({ door, list, tellers: TELLERS }) },
    { path: IN_PROJECT, routes: hookRoutes({ door, secrets: parts.secrets }) },
    { path: IN_PROJECT, routes: liveRoutes(live) },
    { path: IN_ENVIRONMENT, routes: epochRoutes({ door }) },
  ];
}

/** What decides when to grow and when to go back, and what it decides on. */
function listDecisionRooms(parts: RoomParts, policies: Parameters<typeof policyRoutes>[0]): Room[] {
  const { database, clock, delivery, fleet, secrets, outbound, rollouts, reports } = parts;
  const { list } = parts.house;
  const { door } = delivery;
  const { awaitReceipts } = fleet;
  return [
    { path: IN_PROJECT, routes: metricRoutes({ door, metricNamedBy: policiesNaming('metric', livePolicies) }) },
    { path: IN_ENVIRONMENT, routes: rateRoutes({ db: database.db, recentRates: reports.recentRates }) },
    {
      path: IN_PROJECT,
      routes: sourceRoutes({ door, secrets, outbound, askedFor, namedBy: policiesNaming('source', livePolicies) }),
    },
    { path: IN_PROJECT, routes: policyRoutes({ ...policies, nameOf: (actor) => list.nameOf(actor) }) },
    { path: IN_PROJECT, routes: floorRoutes(policies) },
    { path: IN_PROJECT, routes: rolloutRoutes({ rollouts: rollouts.parts, list, awaitReceipts }) },
    { path: IN_PROJECT, routes: checkRoutes({ db: database.db, clock }) },
    { path: IN_ENVIRONMENT, routes: releaseRoutes({ door, list }) },
  ];
}
