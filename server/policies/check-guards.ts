import type { MetricDefinition } from '../metrics/evidence.ts';
import type { FieldFault } from '../platform/problem.ts';
import { hasControl, listed, unknown } from './check-path.ts';
import type { GuardDocument, PolicyDocument } from './document-contract.ts';
import { isProtectedIn, type PolicyGround } from './ground.ts';
import { sharesAlpha } from './policy.ts';
import { readFactor, readShare } from './quantity.ts';

/** What is wrong with the guards of a sound document. */
export function checkGuards(document: PolicyDocument, ground: PolicyGround): FieldFault[] {
  const seen = new Set<string>();
  const faults = document.guards.flatMap((guard, at) => {
    const path = `/guards/${at}`;
    const twice = seen.has(guard.id);
    seen.add(guard.id);
    return [
      ...(twice ? [{ path: `${path}/id`, code: 'duplicate', expected: 'an id that no other guard here has' }] : []),
      ...checkGuard(guard, path, document, ground),
    ];
  });
  return [
    ...tooManyTested(document.guards),
    ...[...faults, ...unwatchedStages(document, ground), ...clientStages(document, ground)],
  ];
}

/** Guards that judge a metric share alpha: with more of them each sees next to nothing, and each look takes longer. */
const MOST_TESTED = 20;

/** Asked before anything is computed for them, and of a floor as well: no policy could meet one that asks for more. */
export function tooManyTested(guards: readonly Pick<GuardDocument, 'kind'>[]): FieldFault[] {
  if (guards.filter(sharesAlpha).length <= MOST_TESTED) return [];
  return [{ path: '/guards', code: TOO_MANY, expected: `at most ${MOST_TESTED} guards that judge a metric` }];
}

/** A limit of what may be written: it says nothing against what was saved before there was one. */
export const isNewLimit = ({ path, code }: FieldFault): boolean => path === '/guards' && code === TOO_MANY;

const TOO_MANY = 'too_many';

/** What is wrong with one guard on a path. */
export function checkGuard(
  guard: GuardDocument,
  path: string,
  document: Pick<PolicyDocument, 'path'>,
  ground: PolicyGround,
): FieldFault[] {
  switch (guard.kind) {
    case 'versus-control':
    case 'absolute': {
      const metric = ground.metrics.find(({ key }) => key === guard.metric);
      if (metric === undefined) {
        const known = ground.metrics.map(({ key }) => key);
        return [unknown(`${path}/metric`, 'metric', known), ...checkBounds(guard, undefined, path)];
      }
      return [
        ...checkMetric(guard, metric, path),
        ...checkBounds(guard, metric, path),
        ...checkClientEvidence(guard, metric, path, document, ground),
      ];
    }
    case 'threshold':
      return [...checkThreshold(guard, path, ground), ...checkPlace(guard, path, document, ground)];
    case 'signal':
      return checkPlace(guard, path, document, ground);
    case 'sample-ratio':
      return [];
  }
}

type OfMetric = Extract<GuardDocument, { metric: string }>;
type Placed = Extract<GuardDocument, { kind: 'threshold' | 'signal' }>;

function checkMetric(guard: OfMetric, metric: MetricDefinition, path: string): FieldFault[] {
  const at = `${path}/metric`;
  if (metric.kind === 'ratio') {
    return [
      {
        path: at,
        code: 'ratio_metric',
        expected: `a rate or a mean: ${metric.key} is a ratio, shown and never tested`,
      },
    ];
  }
  if (guard.kind === 'absolute' && metric.kind !== 'rate') {
    return [{ path: at, code: 'not_a_rate', expected: `a rate, for a limit in per cent: ${metric.key} is a mean` }];
  }
  if (metric.kind === 'mean' && metric.cap === undefined) {
    return [
      { path: at, code: 'no_cap', expected: `a mean with a cap: ${metric.key} has none, and one unit could decide` },
    ];
  }
  return [];
}

function checkBounds(guard: OfMetric, metric: MetricDefinition | undefined, path: string): FieldFault[] {
  if (guard.kind === 'absolute') {
    const limit = readShare(guard.limit) ?? 0;
    if (limit > 0 && limit < 1) return [];
    return [{ path: `${path}/limit`, code: 'out_of_range', expected: 'more than 0% and less than 100%' }];
  }
  const margin = readShare(guard.margin) ?? 0;
  const direction = guard.direction ?? metric?.direction;
  const faults: FieldFault[] = [];
  if (direction === 'down' && margin >= 1) {
    faults.push({ path: `${path}/margin`, code: 'out_of_range', expected: 'less than 100%: it cannot fall by more' });
  }
  const factor = guard.mustSee === undefined ? undefined : (readFactor(guard.mustSee) ?? 0);
  if (factor === undefined) return faults;
  const isDown = direction === 'down' || (direction === undefined && factor < 1);
  const isBeyond = isDown ? factor < 1 - margin : factor > 1 + margin;
  if (isBeyond) return faults;
  const tolerated = isDown ? `less than ${round(1 - margin)}x` : `more than ${round(1 + margin)}x`;
  const expected = `${tolerated}: what the margin tolerates can never be seen as a failure`;
  return [...faults, { path: `${path}/mustSee`, code: 'within_margin', expected }];
}

const round = (value: number) => Number(value.toFixed(6));

/** Anybody can make up what a client says: in a protected environment it may hold a rollout up, and nothing else. */
function checkClientEvidence(
  { mode, onFail }: OfMetric,
  metric: MetricDefinition,
  path: string,
  document: Pick<PolicyDocument, 'path'>,
  ground: PolicyGround,
): FieldFault[] {
  if (metric.source !== 'client' || mode === 'shadow' || (onFail !== 'rollBack' && onFail !== 'kill')) return [];
  const step = document.path.find(({ environment }) => isProtectedIn(ground, environment));
  if (step === undefined) return [];
  const expected =
    `pause or hold: ${metric.key} comes from clients, whose word neither rolls back nor kills in the protected ` +
    `environment ${step.environment}`;
  return [{ path: `${path}/onFail`, code: 'client_evidence', expected }];
}

function checkThreshold(
  { above, below, source }: Extract<GuardDocument, { kind: 'threshold' }>,
  path: string,
  ground: PolicyGround,
): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!ground.sources.includes(source)) faults.push(unknown(`${path}/source`, 'source', ground.sources));
  if ((above === undefined) === (below === undefined)) {
    faults.push({ path, code: 'one_bound', expected: 'either above or below' });
  }
  return faults;
}

/** Guards that look outside apply where they say, or in the protected environments of the path. */
function checkPlace(
  guard: Placed,
  path: string,
  document: Pick<PolicyDocument, 'path'>,
  ground: PolicyGround,
): FieldFault[] {
  const at = `${path}/environment`;
  const places = document.path.map(({ environment }) => environment);
  if (guard.environment !== undefined) {
    if (places.includes(guard.environment)) return [];
    return [{ path: at, code: 'not_on_path', expected: `an environment of the path: ${listed(places)}` }];
  }
  if (places.some((environment) => isProtectedIn(ground, environment))) return [];
  const expected = 'an environment of the path: left out, it is the protected ones, and this path has none';
  return [{ path: at, code: 'never_applies', expected }];
}

/** True where a guard applies in an environment. */
export function appliesIn(
  guard: GuardDocument,
  environment: string,
  ground: Pick<PolicyGround, 'environments'>,
): boolean {
  if (guard.kind !== 'threshold' && guard.kind !== 'signal') return true;
  return guard.environment === undefined ? isProtectedIn(ground, environment) : guard.environment === environment;
}

/** Without a control nothing is compared: something else must watch whoever is served there. */
function unwatchedStages(document: PolicyDocument, ground: PolicyGround): FieldFault[] {
  return document.path.flatMap(({ environment, stages }, step) => {
    if (!isProtectedIn(ground, environment) || document.guards.some((one) => isWatching(one, environment, ground))) {
      return [];
    }
    return stages.flatMap((stage, at) => {
      if (hasControl(stage)) return [];
      const expected =
        'an enforced guard of kind absolute, threshold or signal in this policy: here is no control to compare with, ' +
        `and ${environment} is protected`;
      return [{ path: `/path/${step}/stages/${at}`, code: 'unwatched_stage', expected }];
    });
  });
}

function isWatching(guard: GuardDocument, environment: string, ground: PolicyGround): boolean {
  if (guard.mode !== 'enforce' || guard.kind === 'versus-control' || guard.kind === 'sample-ratio') return false;
  return appliesIn(guard, environment, ground);
}

/**
 * Where all that speaks for a stage was told by clients it is never left: what they say may be forged, and speaks for
 * nothing in a protected environment. That shall be known now, and not at the end of its bake.
 */
function clientStages(document: PolicyDocument, ground: PolicyGround): FieldFault[] {
  const clientMade = (guard: GuardDocument) =>
    (guard.kind === 'versus-control' || guard.kind === 'absolute') &&
    ground.metrics.some(({ key, source }) => key === guard.metric && source === 'client');
  return document.path.flatMap(({ environment, stages }, step) => {
    if (!isProtectedIn(ground, environment)) return [];
    const enforced = document.guards.filter(
      (guard) => guard.mode === 'enforce' && guard.kind !== 'sample-ratio' && appliesIn(guard, environment, ground),
    );
    return stages.flatMap((stage, at) => {
      const heard = enforced.filter(({ kind }) => kind !== 'versus-control' || hasControl(stage));
      if (heard.length === 0 || !heard.every(clientMade)) return [];
      const expected =
        `an enforced guard that looks at more than clients tell, for ${environment} is protected: with ` +
        `${listed(heard.map(({ id }) => id))} alone this stage would never be left`;
      return [{ path: `/path/${step}/stages/${at}`, code: 'only_clients', expected }];
    });
  });
}
