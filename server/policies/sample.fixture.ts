import type { PolicyGround } from './ground.ts';

const LATER = ['  - { id: parity,    parity: staging }', '  - { id: practised, drill: { within: 30d } }'];

/** A policy that uses everything that a document may say, the gates that are not there yet included. */
export const WHOLE_SAMPLE = `
key: web-standard
reversible: instant                                # instant | forward-only | runbook (+ runbookUrl)
unit: targetingKey
path:                                              # environments in order, the same way for each
  - environment: staging
    stages: [ { exposure: 100, bake: 30m } ]
  - environment: production
    stages:
      - { name: staff,  audience: staff, bake: 1h }  # a segment first, then percentages
      - { name: canary, exposure: 5,   bake: 30m, minUnits: 4000, minHits: { event: checkout.done, count: 100 } }
      - {               exposure: 20,  bake: 2h, gates: [smoke] }
      - {               exposure: 50,  bake: 1d, approvals: [ { role: release-manager, count: 1, expires: 2d } ] }
      - {               exposure: 100, bake: 4h }
guards:                                            # "if these go wrong, we roll back"
  - { id: errors,  metric: checkout.error, kind: versus-control, direction: up, margin: 20%, mustSee: 3x, onFail: rollBack, mode: enforce }
  - { id: latency, metric: checkout.ms,    kind: versus-control, direction: up, margin: 5%,  onFail: pause, mode: shadow }
  - { id: budget,  metric: http.5xx,       kind: absolute, limit: 1%, window: 10m, onFail: kill }
  - { id: p95,     query: 'histogram_quantile(0.95, rate(http_request_seconds_bucket[5m]))', source: prometheus, kind: threshold, above: 0.4, for: 2m, onFail: rollBack }
  - { id: alert,   signal: { severity: critical, service: checkout }, onFail: rollBack }
  - { id: split,   kind: sample-ratio }
alpha: 0.01                                        # for the run in an environment, shared by its guards and entries
evidence: { maxAge: 5m, onNoData: hold, onError: hold }   # hold | pause; must be written in a protected environment
gates:                                             # "if it passes this, we ship"
  - { id: smoke, probe: { url: https://shop.example/healthz, expect: 200, every: 10s, times: 3 }, timeout: 10m }
  - { id: ci,        check: acceptance, always: true }     # posted by any CI; kept in a chemspill
${LATER[0]}
  - { id: boxes,     instances: { atLeast: 2 }, at: every }
${LATER[1]}
  - { id: calm,      incidentFree: 1h, at: every }
deadline: { after: 7d, onDeadline: ask }           # per stage: ask | rollBack
mode: automatic                                    # or button: a person presses for each advance, the rest is automatic
`.trimStart();

/** The same without the gates that cannot be asked yet. */
export const SAMPLE = LATER.reduce((text, line) => text.replace(`${line}\n`, ''), WHOLE_SAMPLE);

const metric = { direction: 'up', unit: '', source: 'server' } as const;

/** A project that has all that the sample names. */
export function sampleGround(over: Partial<PolicyGround> = {}): PolicyGround {
  return {
    environments: [
      { key: 'staging', protected: false, segments: ['staff'] },
      { key: 'production', protected: true, segments: ['staff', 'beta'] },
    ],
    metrics: [
      { ...metric, key: 'checkout.error', kind: 'rate', event: 'checkout.error' },
      { ...metric, key: 'checkout.ms', kind: 'mean', event: 'checkout.done', unit: 'ms', cap: 10_000 },
      { ...metric, key: 'http.5xx', kind: 'rate', event: 'http.5xx' },
      { ...metric, key: 'revenue', kind: 'ratio', event: 'bought', denominator: 'visited' },
      { ...metric, key: 'uncapped', kind: 'mean', event: 'slow' },
      { ...metric, key: 'clicks', kind: 'rate', event: 'clicked', direction: 'down', source: 'client' },
    ],
    sources: ['prometheus'],
    refused: { sources: {}, probes: {} },
    heard: ['staging', 'production'],
    rates: [],
    floor: null,
    unitsNeeded: () => 1_000,
    ...over,
  };
}
