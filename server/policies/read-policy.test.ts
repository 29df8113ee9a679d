import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gatesOfStage } from './policy.ts';
import { readPolicy } from './read-policy.ts';
import { SAMPLE, sampleGround, WHOLE_SAMPLE } from './sample.fixture.ts';
import { readYaml, writeYaml } from './yaml-document.ts';

const MINUTE = 60_000;
const read = (text: string, over = {}) => readPolicy(readYaml(text).value, sampleGround(over));

describe('the sample policy', () => {
  it('validates in a project that has what it names, and means what it says', () => {
    const { policy, faults, remarks } = read(SAMPLE);
    expect(faults).toBeUndefined();
    expect(remarks.map(({ code }) => code)).toEqual(['no_rate_yet']);
    expect(policy).toMatchObject({
      ...{ key: 'web-standard', reversible: 'instant', unit: 'targetingKey', alpha: 0.01, mode: 'automatic' },
      evidence: { maxAgeMs: 5 * MINUTE, onNoData: 'hold', onError: 'hold' },
      deadline: { afterMs: 7 * 24 * 60 * MINUTE, onDeadline: 'ask' },
    });
    expect(policy?.path[1]?.stages).toEqual([
      { name: 'staff', audience: 'staff', bakeMs: 60 * MINUTE, gates: [], approvals: [] },
      {
        ...{ name: 'canary', exposure: 5_000, bakeMs: 30 * MINUTE, minUnits: 4_000, gates: [], approvals: [] },
        minHits: { event: 'checkout.done', count: 100 },
      },
      { exposure: 20_000, bakeMs: 120 * MINUTE, gates: ['smoke'], approvals: [] },
      {
        ...{ exposure: 50_000, bakeMs: 24 * 60 * MINUTE, gates: [] },
        approvals: [{ role: 'release-manager', count: 1, expiresMs: 2 * 24 * 60 * MINUTE }],
      },
      { exposure: 100_000, bakeMs: 240 * MINUTE, gates: [], approvals: [] },
    ]);
    expect(policy?.guards).toEqual([
      {
        ...{ id: 'errors', mode: 'enforce', onFail: 'rollBack', kind: 'versus-control', metric: 'checkout.error' },
        ...{ direction: 'up', margin: 0.2, mustSee: 3 },
      },
      {
        ...{ id: 'latency', mode: 'shadow', onFail: 'pause', kind: 'versus-control', metric: 'checkout.ms' },
        ...{ direction: 'up', margin: 0.05 },
      },
      {
        ...{ id: 'budget', mode: 'enforce', onFail: 'kill', kind: 'absolute', metric: 'http.5xx' },
        ...{ limit: 0.01, windowMs: 10 * MINUTE },
      },
      {
        ...{ id: 'p95', mode: 'enforce', onFail: 'rollBack', kind: 'threshold', source: 'prometheus' },
        query: 'histogram_quantile(0.95, rate(http_request_seconds_bucket[5m]))',
        ...{ above: 0.4, forMs: 2 * MINUTE },
      },
      {
        ...{ id: 'alert', mode: 'enforce', onFail: 'rollBack', kind: 'signal' },
        signal: { severity: 'critical', service: 'checkout' },
      },
      { id: 'split', mode: 'enforce', onFail: 'hold', kind: 'sample-ratio' },
    ]);
    expect(policy?.gates.map(({ id, kind, always, at }) => [id, kind, always, at])).toEqual([
      ['smoke', 'probe', false, undefined],
      ['ci', 'check', true, undefined],
      ['boxes', 'instances', false, 'every'],
      ['calm', 'incident-free', false, 'every'],
    ]);
  });

  it('stands its gates where the document says', () => {
    const { policy } = read(SAMPLE);
    if (policy === undefined) throw new Error('it validates');
    const [staging, production] = policy.path;
    const names = (step = staging, stage = 0, isProtected = false) =>
      step && gatesOfStage(policy, step, stage, isProtected).map(({ id }) => id);
    expect(names()).toEqual(['boxes', 'calm']);
    expect(names(production, 0, true)).toEqual(['ci', 'boxes', 'calm']);
    expect(names(production, 2, true)).toEqual(['smoke', 'boxes', 'calm']);
  });

  it('is refused with the gates that cannot be asked yet, which it names both', () => {
    const { faults } = read(WHOLE_SAMPLE);
    expect(faults?.map(({ path, code }) => [path, code])).toEqual([
      ['/gates/2/parity', 'not_there_yet'],
      ['/gates/4/drill', 'not_there_yet'],
    ]);
    expect(faults?.map(({ expected }) => expected)).toEqual([
      expect.stringContaining('parity (the gate parity) is not there yet'),
      expect.stringContaining('drill (the gate practised) is not there yet'),
    ]);
  });

  it('says the same in YAML, in JSON, and in YAML again, and normalising it twice changes nothing', () => {
    const first = read(SAMPLE);
    const again = readYaml(writeYaml(first.document)).value;
    expect(again).toEqual(JSON.parse(JSON.stringify(first.document)));
    const second = readPolicy(again, sampleGround());
    expect(second.document).toEqual(first.document);
    expect(second.policy).toEqual(first.policy);
    expect(JSON.stringify(second.document)).toBe(JSON.stringify(first.document));
  });

  it('takes the worse direction from the metric where the guard leaves it out', () => {
    const ground = sampleGround({ environments: [{ key: 'qa', protected: false, segments: [] }] });
    const document = {
      key: 'small',
      path: [{ environment: 'qa', stages: [{ exposure: 50 }, { exposure: 100 }] }],
      guards: [{ id: 'clicks', kind: 'versus-control', metric: 'clicks', mustSee: '0.5x', onFail: 'pause' }],
    };
    const { policy } = readPolicy(document, ground);
    expect(policy?.guards[0]).toMatchObject({ direction: 'down', margin: 0, mustSee: 0.5, mode: 'enforce' });
    expect(policy).toMatchObject({ alpha: 0.01, deadline: { onDeadline: 'ask' }, evidence: { maxAgeMs: 5 * MINUTE } });
  });

  it('hears of what may not be meant', () => {
    const codes = (text: string, over = {}) => read(text, over).remarks.map(({ path, code }) => `${path} ${code}`);
    const short = SAMPLE.replace('      - {               exposure: 100, bake: 4h }\n', '');
    expect(codes(short)).toContain('/path/1/stages/3 leap_at_the_end');
    expect(codes(SAMPLE.replace('direction: up, margin: 20%, mustSee: 3x', 'direction: down, margin: 20%'))).toEqual([
      '/guards/0/direction other_direction',
    ]);
    const forward = SAMPLE.replace('reversible: instant', 'reversible: forward-only').replace(
      'onDeadline: ask',
      'onDeadline: rollBack',
    );
    expect(codes(forward)).toContain('/deadline/onDeadline no_rollback');
    expect(codes(SAMPLE, { heard: ['staging'] })).toContain('/guards/4 no_hook');
    const there = SAMPLE.replace('checkout }, onFail', 'checkout }, environment: staging, onFail');
    expect(codes(there, { heard: ['staging'] })).not.toContain('/guards/4 no_hook');
    const refused = { sources: { prometheus: 'Inside.' }, probes: { 'https://shop.example/healthz': 'Inside.' } };
    expect(codes(SAMPLE, { refused })).toEqual(
      expect.arrayContaining(['/guards/3/source refused_address', '/gates/0/probe/url refused_address']),
    );
  });

  it('of the documentation is sound, and its defaults are those that the page tells', () => {
    const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8');
    const { policy, document, faults } = read(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
    expect(faults).toBeUndefined();
    expect(policy?.guards.map(({ kind }) => kind)).toEqual(['versus-control', 'absolute', 'signal', 'sample-ratio']);
    expect(document).toMatchObject({ reversible: 'instant', unit: 'targetingKey', alpha: 0.01, mode: 'automatic' });
  });
});
