import { describe, expect, it } from 'vitest';
import type { PolicyGround } from './ground.ts';
import { readPolicy } from './read-policy.ts';
import { SAMPLE, sampleGround } from './sample.fixture.ts';
import { readYaml } from './yaml-document.ts';

/** The fields that a case changes, by dotted path; undefined takes one away. */
type Edits = Record<string, unknown>;

function sample(): Record<string, unknown> {
  return readYaml(SAMPLE).value as Record<string, unknown>;
}

function edited(edits: Edits): unknown {
  const document = sample();
  for (const [path, value] of Object.entries(edits)) {
    const parts = path.split('/');
    const last = parts.pop() ?? '';
    const holder = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], document);
    if (value === undefined) delete (holder as Record<string, unknown>)[last];
    else (holder as Record<string, unknown>)[last] = value;
  }
  return document;
}

function faultsOf(document: unknown, ground?: Partial<PolicyGround>): string[] {
  const { faults = [] } = readPolicy(document, sampleGround(ground));
  for (const { expected } of faults) expect(expected).not.toBe('');
  return faults.map(({ path, code }) => `${path} ${code}`);
}

const stage = (at: number) => `path/1/stages/${at}`;
const rateOf = (hours: number) => [{ environment: 'production', metric: 'checkout.error', rate: 0.01, hours }];
const unprotected = { environments: sampleGround().environments.map((one) => ({ ...one, protected: false })) };

function manyGuards(count: number) {
  const guard = { metric: 'http.5xx', kind: 'absolute', limit: '1%', window: '10m', onFail: 'kill' };
  return Array.from({ length: count }, (_, at) => ({ id: `g${at}`, ...guard }));
}

/** What is wrong, how the sample is changed for it, where the fault is, and what of the project is other. */
const CASES: [string, Edits, string[], Partial<PolicyGround>?][] = [
  ['no key', { key: undefined }, ['/key invalid_type']],
  ['a key with a slash', { key: 'web/standard' }, ['/key custom']],
  ['a field that there is not', { guard: [] }, ['/guard unrecognized_keys']],
  ['no path', { path: undefined }, ['/path invalid_type']],
  ['an empty path', { path: [] }, ['/path too_small']],
  ['no stages', { 'path/0/stages': [] }, ['/path/0/stages too_small']],
  ['an unknown environment', { 'path/0/environment': 'stagging' }, ['/path/0/environment unknown_environment']],
  ['an environment twice', { 'path/0/environment': 'production' }, ['/path/1/environment duplicate']],
  ['an unknown segment', { [`${stage(0)}/audience`]: 'stuff' }, ['/path/1/stages/0/audience unknown_segment']],
  [
    'a segment of another environment',
    { 'path/0/stages/0/audience': 'beta' },
    ['/path/0/stages/0/audience unknown_segment'],
  ],
  ['another audience later', { [`${stage(2)}/audience`]: 'beta' }, ['/path/1/stages/2/audience second_audience']],
  ['a stage for nobody', { [`${stage(0)}/audience`]: undefined }, ['/path/1/stages/0 empty_stage']],
  ['a shrinking stage', { [`${stage(2)}/exposure`]: 4 }, ['/path/1/stages/2/exposure shrinking_stage']],
  ['an exposure of nothing', { [`${stage(1)}/exposure`]: 0 }, ['/path/1/stages/1/exposure too_small']],
  ['more than everybody', { [`${stage(4)}/exposure`]: 101 }, ['/path/1/stages/4/exposure too_big']],
  ['four decimals', { [`${stage(1)}/exposure`]: 0.0625 }, ['/path/1/stages/1/exposure custom']],
  ['an exposure as text', { [`${stage(1)}/exposure`]: '5%' }, ['/path/1/stages/1/exposure invalid_type']],
  ['a bake without a unit', { [`${stage(1)}/bake`]: 30 }, ['/path/1/stages/1/bake invalid_type']],
  ['a bake of half hours', { [`${stage(1)}/bake`]: '0.5h' }, ['/path/1/stages/1/bake custom']],
  ['a bake of years', { [`${stage(1)}/bake`]: '400d' }, ['/path/1/stages/1/bake custom']],
  ['a bake that outlasts the deadline', { [`${stage(3)}/bake`]: '7d' }, ['/path/1/stages/3/bake deadline_before_bake']],
  [
    'a deadline of its own before its bake',
    { [`${stage(3)}/deadline`]: { after: '2h' } },
    ['/path/1/stages/3/deadline/after deadline_before_bake'],
  ],
  ['no units', { [`${stage(1)}/minUnits`]: 0 }, ['/path/1/stages/1/minUnits too_small']],
  ['units without a control', { [`${stage(4)}/minUnits`]: 100 }, ['/path/1/stages/4/minUnits no_control']],
  [
    'fewer units than must be seen needs',
    { [`${stage(1)}/minUnits`]: 999 },
    ['/path/1/stages/1/minUnits too_few_units'],
    { rates: rateOf(24) },
  ],
  ['hits of no event', { [`${stage(1)}/minHits/event`]: '' }, ['/path/1/stages/1/minHits/event custom']],
  ['an unknown gate', { [`${stage(2)}/gates`]: ['smok'] }, ['/path/1/stages/2/gates/0 unknown_gate']],
  ['a gate named twice', { [`${stage(2)}/gates`]: ['smoke', 'smoke'] }, ['/path/1/stages/2/gates/1 duplicate']],
  [
    'an unknown role',
    { [`${stage(3)}/approvals/0/role`]: 'boss' },
    ['/path/1/stages/3/approvals/0/role invalid_value'],
  ],
  [
    'a role that approves nothing',
    { [`${stage(3)}/approvals/0/role`]: 'viewer' },
    ['/path/1/stages/3/approvals/0/role invalid_value'],
  ],
  ['an approval by nobody', { [`${stage(3)}/approvals/0/count`]: 0 }, ['/path/1/stages/3/approvals/0/count too_small']],
  ['more guards than alpha can be shared by', { guards: manyGuards(21) }, ['/guards too_many']],
  ['a guard twice', { 'guards/1/id': 'errors' }, ['/guards/1/id duplicate']],
  ['a guard of no kind', { 'guards/0/kind': undefined }, ['/guards/0/kind unknown_kind']],
  ['a guard of a kind that there is not', { 'guards/0/kind': 'versus' }, ['/guards/0/kind unknown_kind']],
  ['a guard that says nothing', { 'guards/0': 'errors' }, ['/guards/0 invalid_type']],
  ['a guard that does nothing', { 'guards/0/onFail': undefined }, ['/guards/0/onFail invalid_value']],
  ['an unknown metric', { 'guards/0/metric': 'checkout.eror' }, ['/guards/0/metric unknown_metric']],
  ['a ratio under test', { 'guards/0/metric': 'revenue' }, ['/guards/0/metric ratio_metric']],
  ['a mean without a cap', { 'guards/1/metric': 'uncapped' }, ['/guards/1/metric no_cap']],
  ['a mean against a limit', { 'guards/2/metric': 'checkout.ms' }, ['/guards/2/metric not_a_rate']],
  ['a limit of everything', { 'guards/2/limit': '100%' }, ['/guards/2/limit out_of_range']],
  ['a limit of nothing', { 'guards/2/limit': '0%' }, ['/guards/2/limit out_of_range']],
  ['a limit without per cent', { 'guards/2/limit': '0.01' }, ['/guards/2/limit custom']],
  ['a margin as a number', { 'guards/0/margin': 0.2 }, ['/guards/0/margin invalid_type']],
  ['an effect that is tolerated', { 'guards/0/mustSee': '1.2x' }, ['/guards/0/mustSee within_margin']],
  ['an effect the other way', { 'guards/0/mustSee': '0.5x' }, ['/guards/0/mustSee within_margin']],
  [
    'a fall of more than all',
    { 'guards/0/direction': 'down', 'guards/0/margin': '100%', 'guards/0/mustSee': undefined },
    ['/guards/0/margin out_of_range'],
  ],
  ['an unknown source', { 'guards/3/source': 'thanos' }, ['/guards/3/source unknown_source']],
  ['no bound', { 'guards/3/above': undefined }, ['/guards/3 one_bound']],
  ['two bounds', { 'guards/3/below': 0.1 }, ['/guards/3 one_bound']],
  ['a bound that is no number', { 'guards/3/above': Number.NaN }, ['/guards/3/above invalid_type']],
  ['a signal that is any', { 'guards/4/signal': {} }, ['/guards/4/signal custom']],
  ['a guard elsewhere', { 'guards/4/environment': 'qa' }, ['/guards/4/environment not_on_path']],
  ['arms that roll back', { 'guards/5/onFail': 'rollBack' }, ['/guards/5/onFail invalid_value']],
  [
    'an environment for what is measured on the way',
    { 'guards/0/environment': 'production' },
    ['/guards/0/environment unrecognized_keys'],
  ],
  ['the word of a client', { 'guards/2/metric': 'clicks' }, ['/guards/2/onFail client_evidence']],
  ['an alpha of nothing', { alpha: 0 }, ['/alpha too_small']],
  ['an alpha of half', { alpha: 0.5 }, ['/alpha too_big']],
  ['no word on missing data', { 'evidence/onNoData': undefined }, ['/evidence/onNoData required']],
  ['no word on errors', { 'evidence/onError': undefined }, ['/evidence/onError required']],
  ['no word on evidence', { evidence: undefined }, ['/evidence/onNoData required', '/evidence/onError required']],
  ['a rollback for missing data', { 'evidence/onNoData': 'rollBack' }, ['/evidence/onNoData invalid_value']],
  ['a gate twice', { 'gates/1/id': 'smoke' }, ['/gates/1/id duplicate']],
  ['a gate of nothing', { 'gates/1/check': undefined }, ['/gates/1 unknown_kind']],
  ['a gate of two kinds', { 'gates/1/incidentFree': '1h' }, ['/gates/1 unknown_kind']],
  ['a time for a check', { 'gates/1/timeout': '10m' }, ['/gates/1/timeout not_used']],
  ['a probe that writes', { 'gates/0/probe/method': 'POST' }, ['/gates/0/probe/method invalid_value']],
  ['a probe of a file', { 'gates/0/probe/url': 'file:///etc/passwd' }, ['/gates/0/probe/url custom']],
  ['a probe with a password', { 'gates/0/probe/url': 'https://me:secret@shop.example' }, ['/gates/0/probe/url custom']],
  ['a probe without the time for it', { 'gates/0/timeout': '20s' }, ['/gates/0/timeout too_short']],
  ['a gate for the first stage', { 'gates/2/at': 'first' }, ['/gates/2/at invalid_value']],
  ['parity', { 'gates/1': { id: 'parity', parity: 'staging' } }, ['/gates/1/parity not_there_yet']],
  ['a drill', { 'gates/1': { id: 'practised', drill: { within: '30d' } } }, ['/gates/1/drill not_there_yet']],
  [
    'a gate that nothing comes to',
    { 'guards/3/environment': 'staging', 'guards/4/environment': 'staging' },
    ['/gates/1 unreachable_gate'],
    unprotected,
  ],
  [
    'guards that apply nowhere',
    { 'gates/1/at': 'every' },
    ['/guards/3/environment never_applies', '/guards/4/environment never_applies'],
    unprotected,
  ],
  ['a runbook without an address', { reversible: 'runbook' }, ['/runbookUrl required']],
  ['an address for nothing', { runbookUrl: 'https://wiki.example' }, ['/runbookUrl not_used']],
  ['a runbook that is a script', { runbookUrl: 'javascript:alert(1)' }, ['/runbookUrl custom']],
  ['a deadline that kills', { 'deadline/onDeadline': 'kill' }, ['/deadline/onDeadline invalid_value']],
  ['a mode that there is not', { mode: 'manual' }, ['/mode invalid_value']],
  [
    'stages that nothing watches',
    { guards: (sample().guards as unknown[]).slice(0, 2) },
    ['/path/1/stages/0 unwatched_stage', '/path/1/stages/4 unwatched_stage'],
  ],
  [
    'stages of which only clients tell',
    {
      guards: [
        { id: 'clicks', metric: 'clicks', kind: 'absolute', limit: '5%', window: '10m', onFail: 'pause' },
        (sample().guards as unknown[])[0],
        { id: 'split', kind: 'sample-ratio' },
      ],
    },
    ['/path/1/stages/0 only_clients', '/path/1/stages/4 only_clients'],
  ],
  [
    'an environment of which only clients tell',
    {
      guards: [{ id: 'clicks', metric: 'clicks', kind: 'versus-control', margin: '5%', onFail: 'pause' }],
      'path/1/stages': [{ exposure: 5, bake: '1h' }],
    },
    ['/path/1/stages/0 only_clients'],
  ],
];

describe('a policy', () => {
  it.each(CASES)('with %s is refused, and told where', (_title, edits, faults, ground) => {
    expect(faultsOf(edited(edits), ground)).toEqual(faults);
  });

  it.each([
    ['nothing', null],
    ['a list', []],
    ['a text', 'web-standard'],
  ])('that is %s is refused', (_title, document) => {
    expect(faultsOf(document)).toEqual(['/ invalid_type']);
  });

  it('is told of all that is wrong with it at once, each by its path', () => {
    const many = edited({
      mode: 'manual',
      'guards/0/margin': '-1%',
      'gates/0/probe/times': 0,
      'path/0/stages/0/exposure': 0,
    });
    expect(faultsOf(many)).toEqual([
      ...['/path/0/stages/0/exposure too_small', '/mode invalid_value'],
      ...['/guards/0/margin custom', '/gates/0/probe/times too_small'],
    ]);
    const more = edited({ 'guards/0/metric': 'a', 'guards/3/source': 'b', 'path/1/stages/0/audience': 'c' });
    expect(faultsOf(more)).toEqual([
      ...['/path/1/stages/0/audience unknown_segment', '/guards/0/metric unknown_metric'],
      '/guards/3/source unknown_source',
    ]);
  });

  it('with a shadow guard only is as unwatched as one with none', () => {
    const shadowed = edited({ 'guards/2/mode': 'shadow', 'guards/3/mode': 'shadow', 'guards/4/mode': 'shadow' });
    expect(faultsOf(shadowed)).toEqual(['/path/1/stages/0 unwatched_stage', '/path/1/stages/4 unwatched_stage']);
  });

  it('may believe clients where they can do no more than hold it up', () => {
    expect(faultsOf(edited({ 'guards/2/metric': 'clicks', 'guards/2/onFail': 'pause' }))).toEqual([]);
    expect(faultsOf(edited({ 'guards/2/metric': 'clicks', 'guards/2/mode': 'shadow' }))).toEqual([]);
  });

  it('may go on with fewer units where somebody says why, where nothing is protected, or where little is known', () => {
    const few = edited({ [`${stage(1)}/minUnits`]: 999 });
    const read = (ground: Partial<PolicyGround>, accepted = false) => {
      const { faults, remarks } = readPolicy(few, sampleGround(ground), accepted);
      return [faults ?? [], remarks.map(({ path, code }) => `${path} ${code}`)];
    };
    const tooFew = '/path/1/stages/1/minUnits too_few_units';
    expect(read({ rates: rateOf(24) }, true)).toEqual([[], [tooFew]]);
    expect(read({ rates: rateOf(23) })).toEqual([[], ['/guards/0/mustSee no_rate_yet']]);
    const elsewhere = edited({
      [`${stage(1)}/minUnits`]: 999,
      'guards/3/environment': 'staging',
      'gates/1/at': 'every',
    });
    Object.assign((elsewhere as { guards: object[] }).guards[4] ?? {}, { environment: 'staging' });
    const { faults, remarks } = readPolicy(elsewhere, sampleGround({ ...unprotected, rates: rateOf(24) }));
    expect([faults, remarks.map(({ path, code }) => `${path} ${code}`)]).toEqual([undefined, [tooFew]]);
  });
});
