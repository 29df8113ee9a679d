import type { MetricDefinition } from '../metrics/evidence.ts';
import type { GateDocument, GuardDocument, PolicyDocument, StageDocument } from './document-contract.ts';
import type { Deadline, Gate, Guard, Policy, Stage } from './policy.ts';
import { readDuration, readExposure, readFactor, readShare } from './quantity.ts';

/**
 * A document in its normal form as what acts: times in milliseconds, shares as numbers. The metrics say which way is
 * worse where a guard does not; that is written down with the version, so that no later edit of a metric turns it round.
 */
export function readDocument(document: PolicyDocument, metrics: readonly MetricDefinition[]): Policy {
  const { key, reversible, runbookUrl, unit, path, alpha, evidence, mode } = document;
  return {
    ...{ key, reversible, ...(runbookUrl === undefined ? {} : { runbookUrl }), unit },
    path: path.map(({ environment, stages }) => ({ environment, stages: stages.map(readStage) })),
    guards: document.guards.map((guard) => readGuard(guard, metrics)),
    alpha,
    evidence: {
      maxAgeMs: ms(evidence.maxAge),
      onNoData: evidence.onNoData ?? 'hold',
      onError: evidence.onError ?? 'hold',
    },
    gates: document.gates.map(readGate),
    deadline: readDeadline(document.deadline),
    mode,
  };
}

function readStage(stage: StageDocument): Stage {
  const { name, audience, minUnits, minHits } = stage;
  return {
    ...(name === undefined ? {} : { name }),
    ...(audience === undefined ? {} : { audience }),
    ...(stage.exposure === undefined ? {} : { exposure: readExposure(stage.exposure) ?? 0 }),
    bakeMs: ms(stage.bake),
    ...(minUnits === undefined ? {} : { minUnits }),
    ...(minHits === undefined ? {} : { minHits }),
    gates: stage.gates ?? [],
    approvals: (stage.approvals ?? []).map(({ role, count, expires }) => ({ role, count, expiresMs: ms(expires) })),
    ...(stage.deadline === undefined ? {} : { deadline: readDeadline(stage.deadline) }),
  };
}

function readDeadline({ after, onDeadline }: PolicyDocument['deadline']): Deadline {
  return { afterMs: ms(after), onDeadline };
}

export function readGuard(guard: GuardDocument, metrics: readonly MetricDefinition[]): Guard {
  const { id, mode, onFail } = guard;
  const terms = { id, mode, onFail };
  switch (guard.kind) {
    case 'versus-control': {
      const { metric, margin, mustSee } = guard;
      const direction = guard.direction ?? metrics.find((one) => one.key === metric)?.direction ?? 'up';
      const seen = mustSee === undefined ? {} : { mustSee: readFactor(mustSee) ?? 0 };
      return { ...terms, kind: 'versus-control', metric, direction, margin: share(margin), ...seen };
    }
    case 'absolute':
      return {
        ...{ ...terms, kind: 'absolute', metric: guard.metric },
        ...{ limit: share(guard.limit), windowMs: ms(guard.window) },
      };
    case 'threshold': {
      const { query, source, above, below, environment } = guard;
      return {
        ...{ ...terms, kind: 'threshold', query, source, forMs: ms(guard.for) },
        ...(above === undefined ? {} : { above }),
        ...(below === undefined ? {} : { below }),
        ...(environment === undefined ? {} : { environment }),
      };
    }
    case 'signal': {
      const { signal, environment } = guard;
      return { ...terms, kind: 'signal', signal, ...(environment === undefined ? {} : { environment }) };
    }
    case 'sample-ratio':
      return { ...terms, kind: 'sample-ratio' };
  }
}

export function readGate(gate: GateDocument): Gate {
  const { id, always } = gate;
  const timeout = 'timeout' in gate && gate.timeout !== undefined ? { timeoutMs: ms(gate.timeout) } : {};
  const terms = { id, always, ...(gate.at === undefined ? {} : { at: gate.at }), ...timeout };
  if ('probe' in gate) {
    const { url, method, expect, every, times } = gate.probe;
    return { ...terms, kind: 'probe', url, method, expect, everyMs: ms(every), times };
  }
  if ('check' in gate) return { ...terms, kind: 'check', check: gate.check };
  if ('instances' in gate) return { ...terms, kind: 'instances', atLeast: gate.instances.atLeast };
  return { ...terms, kind: 'incident-free', withinMs: ms(gate.incidentFree) };
}

const ms = (text: string) => readDuration(text) ?? 0;
const share = (text: string) => readShare(text) ?? 0;
