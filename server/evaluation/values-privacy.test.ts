import type { Flag } from '@turnout/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flag } from '../delivery/held-rulesets.fixture.ts';
import { nextValues, ValuesNode } from './values-node.fixture.ts';
import { VALUES } from './values-protocol.ts';

const ORIGIN = 'https://shop.example';
const HIDDEN: Flag = flag('hush-flag', {
  variants: { 'hush-variant': true, off: false },
  fallthrough: { variant: 'hush-variant' },
  rules: [{ id: 'hush-rule', if: { segment: 'hush-segment' }, serve: { variant: 'off' } }],
  metadata: { owner: 'hush-owner' },
});
const seen = (key: string, change: Partial<Flag>) => flag(key, { clientVisible: true, ...change });
const NEEDING = seen('needing', { prerequisites: [{ flag: 'hush-flag', variants: ['hush-variant'] }] });
const RULED = seen('ruled', {
  rules: [{ id: 'hush-rule', if: { segment: 'hush-segment' }, serve: { variant: 'off' } }],
});
const SPLIT = seen('split', {
  fallthrough: { split: { by: 'targetingKey', salt: 'hush-salt', of: 100, slices: [[0, 100, 'on']] } },
});
const SEGMENT = { key: 'hush-segment', by: 'targetingKey', included: ['hush-member'], excluded: [] };

let node: ValuesNode;
beforeEach(async () => {
  node = new ValuesNode([HIDDEN, NEEDING, RULED, SPLIT], [SEGMENT]);
  await node.listen();
});
afterEach(() => node.close());

async function askOne(key: string, flagKey: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${node.address}/ofrep/v1/evaluate/flags/${flagKey}`, {
    method: 'POST',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json', ...headers },
    body: '{"context":{"targetingKey":"hush-member"}}',
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('A client key never gets to hear of a flag that is for servers alone', () => {
  test('nor of its variants, its segment, its rules: in no byte of any answer, error or event', async () => {
    const { reader } = await node.open(node.gate.key('client'));
    const heard: string[] = [];
    const note = async () => {
      // Each time another key, for one alone may not ask so often.
      const key = node.gate.key('client');
      for (const context of [{}, { targetingKey: 'ann' }, { targetingKey: 'hush-member' }]) {
        const { text, headers } = await node.bulk(key, context);
        heard.push(text, JSON.stringify([...headers]));
      }
      for (const one of ['needing', 'ruled', 'split', 'gone']) heard.push((await askOne(key, one)).text);
      heard.push((await node.open(key)).reader.text);
    };
    const cycle = { ...HIDDEN, prerequisites: [{ flag: 'needing', variants: ['on'] }] };
    const moves: (() => unknown)[] = [
      () => node.flags.flip('hush-flag'),
      () => node.flags.flip('hush-flag'),
      () => node.flags.kill('hush-flag'),
      () => node.flags.put([{ ...HIDDEN, killed: true }]),
      () => node.flags.put([cycle]),
      () => node.flags.put([{ ...HIDDEN, type: 'hush-type' as 'string' }]),
      () => node.flags.jump('e1', 20, [NEEDING, RULED]),
      () => node.flags.jump('e2', 1, [HIDDEN, NEEDING, RULED, SPLIT], [SEGMENT]),
    ];
    await note();
    for (const move of moves) {
      move();
      await nextValues(reader);
      await note();
    }
    heard.push(reader.text);
    expect(heard.join('\n')).toContain('"key":"needing"');
    expect(heard.join('\n')).toContain('errorDetails');
    expect(heard.filter((text) => text.includes('hush'))).toEqual([]);
  });

  test('and asking for it by its key is answered as for one that is not there', async () => {
    const key = node.gate.key('client');
    const [hidden, gone] = [await askOne(key, 'hush-flag'), await askOne(key, 'gone-flag')];
    expect([hidden.status, hidden.text.replace('hush-flag', 'gone-flag')]).toEqual([404, gone.text]);
  });
});

test('A page of an origin that its key does not allow gets nothing, and cannot even read that', async () => {
  const key = node.gate.key('client', { origins: [ORIGIN] });
  const evil = { Origin: 'https://evil.example' };
  const answers = [
    ...[await node.bulk(key, {}, evil), await askOne(key, 'needing', evil)],
    await fetch(`${node.address}${VALUES}`, {
      method: 'POST',
      headers: evil,
      body: JSON.stringify({ key, context: {} }),
    }),
  ];
  for (const { status, headers } of answers) {
    expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([403, null]);
  }
  const { reader } = await node.open(key, {}, { Origin: ORIGIN });
  expect(reader.headers['access-control-allow-origin']).toBe(ORIGIN);
});
