import type { Fields } from './document-tree.ts';
import type { As } from './typed-value.ts';

/** What a field can offer of the project. */
export type Offered = 'metrics' | 'rates' | 'environments' | 'segments' | 'sources' | 'events' | 'attributes';

export interface Field {
  /** Where it stands in what the fields are of: `probe/url`. */
  at: string;
  label: string;
  as: As | 'choice' | 'tick';
  hint?: string;
  /** What it means, for whoever points at it. */
  title?: string;
  placeholder?: string;
  offers?: Offered;
  choices?: readonly Choice[];
  /** What holds where nothing is written. */
  usual?: string;
  /** Takes the whole width: what is typed there is long. */
  wide?: boolean;
}

export interface Choice {
  value: string;
  words: string;
}

export type GuardKind = 'versus-control' | 'absolute' | 'threshold' | 'signal' | 'sample-ratio';
export type GateKind = 'probe' | 'check' | 'instances' | 'incidentFree';

/** What a guard or a gate of a kind is, how a new one begins, and what is asked of it. */
interface KindWords {
  name: string;
  means: string;
  begin: Fields;
  fields: readonly Field[];
}

const choice = (at: string, label: string, choices: readonly [string, string][], usual?: string): Field => ({
  ...{ at, label, as: 'choice' as const, choices: choices.map(([value, words]) => ({ value, words })) },
  ...(usual === undefined ? {} : { usual }),
});
const text = (at: string, label: string, more: Partial<Field> = {}): Field => ({ at, label, as: 'text', ...more });
const number = (at: string, label: string, more: Partial<Field> = {}): Field => ({ at, label, as: 'number', ...more });
const time = (at: string, label: string, placeholder: string, title?: string): Field => ({
  ...{ at, label, as: 'text', placeholder },
  ...(title === undefined ? {} : { title }),
});

const ON_FAIL = choice('onFail', 'When it fails', [
  ['rollBack', 'roll back'],
  ['kill', 'kill'],
  ['pause', 'pause and page'],
  ['hold', 'hold'],
]);
const GUARD_MODE = choice(
  'mode',
  'Mode',
  [
    ['enforce', 'acts'],
    ['shadow', 'shadow: only shows'],
  ],
  'enforce',
);
const WHERE = text('environment', 'Only in', { offers: 'environments', placeholder: 'each protected environment' });

export const GUARDS: Record<GuardKind, KindWords> = {
  'versus-control': {
    name: 'Against control',
    means: 'those who got the new variant against as many who did not, at the same time',
    begin: { kind: 'versus-control', metric: '', margin: '20%', mustSee: '3x', onFail: 'rollBack' },
    fields: [
      text('metric', 'Metric', { offers: 'metrics' }),
      choice('direction', 'Worse is', [
        ['', 'as the metric says'],
        ['up', 'more of it'],
        ['down', 'less of it'],
      ]),
      text('margin', 'Tolerated', {
        placeholder: '20%',
        title: 'Relative change against control that is tolerated: 20%',
      }),
      text('mustSee', 'Must see', {
        placeholder: '3x',
        title:
          'The effect that must be seen before a stage may pass: 3x is a tripling. It says how many units a stage waits for.',
      }),
      ON_FAIL,
      GUARD_MODE,
    ],
  },
  absolute: {
    name: 'Limit of a rate',
    means: 'the share of exposed users with an event soon after, against a limit; needs no control',
    begin: { kind: 'absolute', metric: '', limit: '1%', window: '10m', onFail: 'rollBack' },
    fields: [
      text('metric', 'Metric', { offers: 'rates' }),
      text('limit', 'At most', { placeholder: '1%' }),
      time('window', 'Within', '10m', 'So long after its exposure a unit is watched'),
      ON_FAIL,
      GUARD_MODE,
    ],
  },
  threshold: {
    name: 'Query of a source',
    means: 'one number of a Prometheus, above or below a bound for a while',
    begin: { query: '', source: '', above: 1, for: '2m', onFail: 'rollBack' },
    fields: [
      text('source', 'Source', { offers: 'sources' }),
      text('query', 'Query', { wide: true, placeholder: 'sum(rate(http_errors_total[5m]))' }),
      number('above', 'Fails above'),
      number('below', 'Fails below'),
      time('for', 'For', '2m'),
      WHERE,
      ON_FAIL,
      GUARD_MODE,
    ],
  },
  signal: {
    name: 'Signal',
    means: 'an alert from outside that carries these labels; silence is good',
    begin: { signal: { severity: 'critical' }, onFail: 'rollBack' },
    fields: [
      { at: 'signal', label: 'Labels', as: 'labels', hint: 'label=value, one a line', wide: true },
      WHERE,
      ON_FAIL,
      GUARD_MODE,
    ],
  },
  'sample-ratio': {
    name: 'Sample ratio',
    means: 'whether both arms are as equal as they were cut: else the evidence is bad, not the variant',
    begin: { kind: 'sample-ratio' },
    fields: [
      choice(
        'onFail',
        'When it fails',
        [
          ['hold', 'hold'],
          ['pause', 'pause and page'],
        ],
        'hold',
      ),
      GUARD_MODE,
    ],
  },
};

const ALWAYS: Field = { at: 'always', label: 'Kept in an emergency departure', as: 'tick' };
const EVERYWHERE: Field = { at: 'at', label: 'Before every stage', as: 'tick' };

export const GATES: Record<GateKind, KindWords> = {
  probe: {
    name: 'Probe',
    means: 'an address answers as it should, so many times in a row',
    begin: { probe: { url: '', expect: 200, every: '10s', times: 3 }, timeout: '10m' },
    fields: [
      text('probe/url', 'Address', { wide: true, placeholder: 'https://shop.example/healthz' }),
      choice(
        'probe/method',
        'Asks by',
        [
          ['GET', 'GET'],
          ['HEAD', 'HEAD'],
        ],
        'GET',
      ),
      number('probe/expect', 'Expects', { placeholder: '200' }),
      number('probe/times', 'Times', { placeholder: '1' }),
      time('probe/every', 'Every', '10s'),
      time('timeout', 'Gives up after', '10m'),
      EVERYWHERE,
      ALWAYS,
    ],
  },
  check: {
    name: 'Check',
    means: 'a CI said of this very commit that it passed',
    begin: { check: '' },
    fields: [
      text('check', 'Check', { placeholder: 'acceptance', title: 'As the CI calls it when it posts the result' }),
      EVERYWHERE,
      ALWAYS,
    ],
  },
  instances: {
    name: 'Running apps',
    means: 'so many hosts run and have put in force what is served',
    begin: { instances: { atLeast: 2 }, at: 'every' },
    fields: [number('instances/atLeast', 'At least', { placeholder: '2' }), EVERYWHERE, ALWAYS],
  },
  incidentFree: {
    name: 'No incident',
    means: 'nothing is on fire, and nothing was for a while',
    begin: { incidentFree: '1h', at: 'every' },
    fields: [time('incidentFree', 'For', '1h'), EVERYWHERE, ALWAYS],
  },
};

export const guardKindOf = (guard: Fields): GuardKind | undefined => {
  const { kind } = guard;
  if (kind !== undefined) return kinds(GUARDS).find((one) => one === kind);
  if (guard.query !== undefined) return 'threshold';
  return guard.signal === undefined ? undefined : 'signal';
};
export const gateKindOf = (gate: Fields): GateKind | undefined => kinds(GATES).find((one) => Object.hasOwn(gate, one));

export function kinds<K extends string>(of: Record<K, KindWords>): K[] {
  return Object.keys(of) as K[];
}

const DEADLINE = [
  ['ask', 'asks, then rolls back'],
  ['rollBack', 'rolls back'],
] as [string, string][];
const EVIDENCE = [
  ['', 'not said'],
  ['hold', 'hold'],
  ['pause', 'pause and page'],
] as [string, string][];

export const FRAME: readonly Field[] = [
  choice(
    'mode',
    'Each advance',
    [
      ['automatic', 'happens by itself'],
      ['button', 'waits until somebody presses'],
    ],
    'automatic',
  ),
  choice(
    'reversible',
    'Taken back',
    [
      ['instant', 'at once'],
      ['forward-only', 'never: only forward'],
      ['runbook', 'by a runbook'],
    ],
    'instant',
  ),
  text('runbookUrl', 'Runbook', { placeholder: 'https://…' }),
  text('unit', 'Counts by', {
    offers: 'attributes',
    placeholder: 'targetingKey',
    title: 'The attribute of a context whose values are counted once each',
  }),
  number('alpha', 'False alarms', {
    placeholder: '0.01',
    title: 'alpha: the share of healthy runs that may be stopped all the same, shared by the guards',
  }),
  time('deadline/after', 'A stage may take', '7d'),
  choice('deadline/onDeadline', 'Then it', DEADLINE, 'ask'),
  time('evidence/maxAge', 'Evidence is old after', '5m'),
  choice('evidence/onNoData', 'Without data', EVIDENCE),
  choice('evidence/onError', 'When a source fails', EVIDENCE),
];

export const STAGE: readonly Field[] = [
  text('name', 'Name', { placeholder: 'none' }),
  text('audience', 'Segment', { offers: 'segments', placeholder: 'none' }),
  number('exposure', 'Per cent', { placeholder: 'none' }),
  time('bake', 'Bakes', '30m'),
];
export const STAGE_MORE: readonly Field[] = [
  number('minUnits', 'Units in each arm', { placeholder: 'what guards need' }),
  text('minHits/event', 'Event', {
    offers: 'events',
    title: 'An event that must have come from so many exposed units before the stage is left',
  }),
  number('minHits/count', 'So many times'),
  time('deadline/after', 'May take', 'as the policy says'),
  choice('deadline/onDeadline', 'Then it', [['', 'as the policy says'], ...DEADLINE]),
];
export const APPROVAL: readonly Field[] = [
  choice('role', 'Role', [
    ['release-manager', 'release manager'],
    ['admin', 'admin'],
    ['editor', 'editor'],
    ['killer', 'killer'],
  ]),
  number('count', 'People', { placeholder: '1' }),
  time('expires', 'Good for', '2d'),
];
