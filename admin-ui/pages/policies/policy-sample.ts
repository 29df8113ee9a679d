import type { Fields } from './document-tree.ts';
import type { ProjectGround } from './read-project-ground.ts';

const BAKES = { exposure: 100, bake: '30m' };

/**
 * A policy to begin with: every environment of the project, the protected ones last, and guards on the metrics and
 * sources that are there. It says each thing once that a policy can say, so that one takes out what one does not want.
 */
export function samplePolicy(key: string, ground: ProjectGround): Fields {
  const sorted = [...ground.environments].sort((a, b) => rank(a) - rank(b));
  const last = sorted.at(-1);
  // What watches and what stands before protected environments by itself is named where there are none.
  const named = sorted.some(({ guarded }) => guarded) ? undefined : last?.key;
  return {
    key,
    reversible: 'instant',
    unit: 'targetingKey',
    path: sorted.map(({ key: environment, segments }) => ({
      environment,
      stages: environment === last?.key ? stagesOf(segments[0], ground.events[0], named) : [BAKES],
    })),
    guards: guardsOf(ground, named),
    alpha: 0.01,
    evidence: { maxAge: '5m', onNoData: 'hold', onError: 'hold' },
    gates: [
      {
        id: 'smoke',
        probe: { url: 'https://shop.example/healthz', expect: 200, every: '10s', times: 3 },
        timeout: '10m',
      },
      { id: 'ci', check: 'acceptance', always: true },
      { id: 'boxes', instances: { atLeast: 2 }, at: 'every' },
      { id: 'calm', incidentFree: '1h', at: 'every' },
    ],
    deadline: { after: '7d', onDeadline: 'ask' },
    mode: 'automatic',
  };
}

const rank = ({ production, guarded }: ProjectGround['environments'][number]) => Number(production) + Number(guarded);

function stagesOf(segment: string | undefined, event: string | undefined, named: string | undefined): Fields[] {
  const gates = named === undefined ? {} : { gates: ['ci'] };
  const hits = event === undefined ? {} : { minHits: { event, count: 100 } };
  return [
    ...(segment === undefined ? [] : [{ name: segment, audience: segment, bake: '1h' }]),
    { name: 'canary', exposure: 5, bake: '30m', minUnits: 4000, ...hits, ...gates },
    { exposure: 20, bake: '2h', gates: ['smoke'] },
    { exposure: 50, bake: '1d', approvals: [{ role: 'release-manager', count: 1, expires: '2d' }] },
    { exposure: 100, bake: '4h' },
  ];
}

function guardsOf({ metrics, sources }: ProjectGround, named: string | undefined): Fields[] {
  const where = named === undefined ? {} : { environment: named };
  const trusted = metrics.filter(({ source }) => source === 'server');
  const rate = trusted.find(({ kind, direction }) => kind === 'rate' && direction === 'up');
  const mean = trusted.find(({ kind }) => kind === 'mean');
  const [source] = sources;
  const against = { kind: 'versus-control', direction: 'up' };
  const [errors, budget, latency, query] = [
    { id: 'errors', metric: rate?.key, ...against, margin: '20%', mustSee: '3x', onFail: 'rollBack', mode: 'enforce' },
    { id: 'budget', metric: rate?.key, kind: 'absolute', limit: '1%', window: '10m', onFail: 'kill' },
    { id: 'latency', metric: mean?.key, ...against, margin: '5%', onFail: 'pause', mode: 'shadow' },
    { id: 'p95', query: 'histogram_quantile(0.95, sum by (le) (rate(http_request_seconds_bucket[5m])))', source },
  ];
  return [
    ...(rate === undefined ? [] : [errors]),
    ...(mean === undefined ? [] : [latency]),
    ...(rate === undefined ? [] : [budget]),
    ...(source === undefined
      ? []
      : [{ ...query, kind: 'threshold', above: 0.4, for: '2m', ...where, onFail: 'rollBack' }]),
    { id: 'alert', signal: { severity: 'critical' }, ...where, onFail: 'rollBack' },
    { id: 'split', kind: 'sample-ratio' },
  ];
}

/** What a new policy's author reads beside it. */
export const SAMPLE_COMMENTS: Record<string, string> = {
  path: ' environments in order, the same way for each',
  guards: ' if these go wrong, we roll back',
  evidence: ' no data is not success: hold, or pause',
  gates: ' if it passes this, we ship',
};
