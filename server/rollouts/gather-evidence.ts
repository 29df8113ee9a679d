import type { Db } from '../database/connect.ts';
import { compareOwned } from '../decisions/compare-owned.ts';
import type { Evidence, FlagReading, GateReading, ThresholdReading } from '../decisions/decision.ts';
import { foldThreshold } from '../decisions/fold-threshold.ts';
import { believedUnits } from '../decisions/guard-ground.ts';
import { watches } from '../decisions/guard-scope.ts';
import { bakedMs } from '../decisions/run-time.ts';
import { servedFlag } from '../flags/configuration.ts';
import { findFlagIn } from '../flags/flag-store.ts';
import { readCheck } from '../gates/check-reading.ts';
import { foldProbe, nextCallOf, type ProbeState, readProbe } from '../gates/probe.ts';
import type { MetricDefinition } from '../metrics/evidence.ts';
import { type Gate, type Guard, gatesOfStage, type ThresholdGuard } from '../policies/policy.ts';
import type { LoopSources } from './loop-sources.ts';
import { pressCounts } from './press-counts.ts';
import { type Readings, readingsOf } from './readings.ts';
import type { PinnedRollout } from './rollout-store.ts';
import type { KeptRun } from './run-store.ts';
import { readStageApprovals, stageAskOf } from './stage-approvals.ts';

export interface Gathered {
  evidence: Evidence;
  /** What is to be remembered of sources until the next look. */
  readings: Readings;
}

/** A source that was asked a moment ago is not asked again for each of many looks. */
const ASK_AGAIN_MS = 4_000;

/** What one look at a run is made on. */
interface Look {
  db: Db;
  sources: LoopSources;
  rollout: PinnedRollout;
  kept: KeptRun;
  now: Date;
}

/** Everything that a decision about a run rests on, as it is now. Only a database of ours that is away is thrown. */
export async function gatherEvidence(look: Look): Promise<Gathered> {
  const { sources, rollout, kept, now } = look;
  const { run } = kept;
  const { projectId, pinned } = rollout;
  const readings = readingsOf(kept.readings, run.entry);
  const guards = pinned.guards.filter((guard) => watches(guard, run));
  const metrics = await metricsOf(look, guards);
  const [flag, readBack, freeze, incident, line] = await Promise.all([
    readFlag(look),
    run.wrote?.run && kept.reach && kept.reach.reachedAt === null
      ? sources.seeReach({
          projectId,
          environmentId: run.environmentId,
          position: kept.reach.position,
          flag: kept.flag,
        })
      : { effective: true, laggards: [] },
    sources.freezeOf(run.environmentId, kept.flag, now),
    sources.openIncident(look.db, run.environmentId, kept.flag),
    sources.lineStopped(look.db, rollout.id),
  ]);
  const thresholds = await askThresholds(look, guards, readings);
  const gates = await readGates(look, readings);
  const evidence: Evidence = {
    entry: await readEntry(look, guards, metrics),
    metrics: Object.fromEntries(metrics.map((metric) => [metric.key, metric])),
    thresholds,
    signals: await readSignals(look, guards),
    gates,
    approvals: await readApprovals(look, readings),
    freeze: freeze && { ...freeze, until: freeze.until?.toISOString() ?? null },
    incident: incident === undefined ? null : { id: incident.id, title: incident.title, flag: incident.flag },
    line,
    flag,
    ...(isProtectedSince(rollout, run) ? { isProtectedSince: true as const } : {}),
    readBack,
    ...((await pressCounts(look.db, rollout, run)) ? {} : { pressIsVoid: true }),
  };
  const { entry } = evidence;
  readings.exposed = entry === undefined ? null : believedUnits(run, entry);
  readings.full = entry?.full === true || entry?.pages?.full === true;
  return { evidence, readings };
}

function isProtectedSince({ protectedIds }: PinnedRollout, { isProtected, environmentId }: KeptRun['run']): boolean {
  return isProtected && protectedIds !== null && !protectedIds.includes(environmentId);
}

async function metricsOf({ db, sources, rollout }: Look, guards: readonly Guard[]): Promise<MetricDefinition[]> {
  const named = new Set(guards.flatMap((guard) => ('metric' in guard ? [guard.metric] : [])));
  if (named.size === 0) return [];
  return (await sources.listMetrics(db, rollout.projectId)).filter(({ key }) => named.has(key));
}

async function readFlag({ db, rollout, kept }: Look): Promise<FlagReading> {
  const { run, flag: key } = kept;
  const found = await findFlagIn(db, rollout.projectId, run.environmentId, key);
  if (found === undefined || found.flag.archived) {
    return { exists: false, state: 'off', killed: false, shed: false, edited: false };
  }
  const { configuration, environment, flag } = found;
  const { state, killed, shedAt } = configuration;
  const edited = run.wrote !== null && compareOwned(run.wrote, servedFlag(flag, configuration)) === 'edited';
  return { exists: true, state, killed, shed: shedAt !== null && environment.shedLevel >= shedAt, edited };
}

/** Counts are of an entry: before the first stage there are none. */
async function readEntry({ sources, kept, now }: Look, guards: readonly Guard[], metrics: readonly MetricDefinition[]) {
  const { run } = kept;
  const measured = run.wrote?.run;
  if (!measured || run.stage < 0) return undefined;
  const windows = (key: string) => [
    ...new Set(guards.flatMap((guard) => (guard.kind === 'absolute' && guard.metric === key ? [guard.windowMs] : []))),
  ];
  return sources.readEntry(
    {
      ...{ environmentId: run.environmentId, run: measured.id, entry: run.entry, below: measured.sample.below },
      metrics: metrics.map((metric) => ({ ...metric, windows: windows(metric.key) })),
    },
    now,
  );
}

async function askThresholds(
  { sources, rollout, now }: Look,
  guards: readonly Guard[],
  readings: Required<Readings>,
): Promise<Record<string, ThresholdReading>> {
  const asked = guards.filter((guard): guard is ThresholdGuard => guard.kind === 'threshold');
  const isFresh = readings.askedAt !== null && now.getTime() - Date.parse(readings.askedAt) < ASK_AGAIN_MS;
  if (isFresh && asked.every(({ id }) => readings.thresholds[id] !== undefined)) return readings.thresholds;
  const answers = await Promise.all(
    asked.map(async (guard) => {
      const answer = await sources.askSource(rollout.projectId, guard.source, guard.query, now);
      return [guard.id, foldThreshold(readings.thresholds[guard.id], answer, guard, now)] as const;
    }),
  );
  readings.thresholds = Object.fromEntries(answers);
  readings.askedAt = now.toISOString();
  return readings.thresholds;
}

async function readSignals({ sources, rollout, kept }: Look, guards: readonly Guard[]): Promise<Evidence['signals']> {
  const since = kept.run.enteredAt ?? kept.run.arrivedAt;
  const place = { projectId: rollout.projectId, environmentId: kept.run.environmentId, flag: kept.flag };
  const found: Evidence['signals'] = {};
  for (const guard of guards) {
    if (guard.kind !== 'signal') continue;
    found[guard.id] = await sources.firingSignal(place, guard.signal, since);
  }
  return found;
}

/** Those of entering the next stage; a probe is called when its time has come, and not while nothing may advance. */
async function readGates(look: Look, readings: Required<Readings>): Promise<Record<string, GateReading>> {
  const { rollout, kept } = look;
  const step = rollout.pinned.path[rollout.step];
  if (step === undefined || step.stages[kept.run.stage + 1] === undefined) return {};
  const gates = gatesOfStage(rollout.pinned, step, kept.run.stage + 1, kept.run.isProtected);
  const found = await Promise.all(
    gates
      .filter(({ id }) => !Object.hasOwn(kept.run.passedGates, id))
      .map(async (gate) => [gate.id, await readGate(gate, look, readings)] as const),
  );
  return Object.fromEntries(found);
}

async function readGate(gate: Gate, look: Look, readings: Required<Readings>): Promise<GateReading> {
  const { sources, rollout, kept, now } = look;
  const { run, flag } = kept;
  switch (gate.kind) {
    case 'probe': {
      let state: ProbeState | undefined = readings.probes[gate.id];
      const next = nextCallOf(state, gate, now);
      if (next !== undefined && next <= now && mayProbe(look)) {
        state = foldProbe(state, await sources.runProbe(gate), gate, now);
        readings.probes[gate.id] = state;
      }
      return readProbe(state, gate, now);
    }
    case 'check': {
      const { commit, projectId } = rollout;
      const result = commit === null ? undefined : await sources.checkResult(projectId, gate, commit);
      return readCheck(gate, commit, result);
    }
    case 'instances': {
      const hosts = await sources.hostsAt(run.environmentId, kept.reach?.position);
      const because = `${hosts} of ${gate.atLeast} hosts are live and up to date.`;
      return { open: hosts >= gate.atLeast, because };
    }
    case 'incident-free':
      return sources.incidentFree(
        look.db,
        { environmentId: run.environmentId, environment: run.environment, flag },
        gate.withinMs,
        now,
      );
  }
}

/** What is called before the stage has baked says nothing of it. */
function mayProbe({ rollout, kept, now }: Look): boolean {
  const { run } = kept;
  const stage = rollout.pinned.path[rollout.step]?.stages[run.stage];
  if (run.state === 'paused') return false;
  return stage === undefined || (run.effectiveAt !== null && bakedMs(run, now) >= stage.bakeMs);
}

async function readApprovals({ db, rollout, kept, now }: Look, readings: Readings): Promise<Evidence['approvals']> {
  const ask = stageAskOf(rollout, kept.run);
  return ask === undefined ? [] : readStageApprovals(db, ask, readings.asks ?? {}, now);
}
