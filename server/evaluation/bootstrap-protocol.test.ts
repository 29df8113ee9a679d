import { contextHash, type ValueItem } from '@turnout/core';
import { afterEach, describe, expect, test } from 'vitest';
import { evaluatePage } from './bootstrap-protocol.ts';
import { ask, ENVIRONMENT, flag, killOf, serve, TestNode } from './ofrep.fixture.ts';

const split = {
  by: 'targetingKey',
  salt: 's',
  of: 100_000,
  slices: [[0, 50_000, 'on'] as [number, number, string], [50_000, 100_000, 'off'] as [number, number, string]],
};
const seen = { clientVisible: true };
const FLAGS = [
  flag('split', { ...seen, fallthrough: { split } }),
  flag('plain', seen),
  flag('coded', { ...seen, fallthrough: { coded: true } }),
  flag('off', { ...seen, state: 'off' }),
  flag('off-coded', { ...seen, state: 'off', offVariant: null }),
  flag('killed', seen),
  flag('needs-killed', { ...seen, prerequisites: [{ flag: 'killed', variants: ['on'] }] }),
  flag('too-old', { ...seen, maxStalenessMs: 1_000, whenStale: 'off' }),
  flag('too-old-coded', { ...seen, maxStalenessMs: 1_000, whenStale: 'off', offVariant: null }),
  flag('for-servers'),
];
const PLACE = { projectId: 1, environmentId: ENVIRONMENT };

let node: TestNode;
afterEach(() => node.close());

async function askBoth(context: Record<string, string>, ageMs: number) {
  node = new TestNode(serve(FLAGS, 3, [killOf('killed')]));
  await node.listen();
  node.ageMs = ageMs;
  const flags = { served: () => node.now, load: async () => node.now, ageMs: () => node.ageMs };
  const sent = await evaluatePage({ flags, counts: { of: () => node.counts } }, PLACE, context);
  const counted = node.counts.bulk.take();
  const { json } = await ask(node, undefined, { context }, { 'X-API-Key': node.key('client') });
  return { sent, counted, bulk: (json as { flags: ValueItem[] }).flags };
}

describe('What a page is sent', () => {
  test.each([
    ['of somebody', { targetingKey: 'user-1' }, 12],
    ['of somebody else', { targetingKey: 'user-2' }, 12],
    ['of nobody', {}, 12],
    ['when the flags are too old', { targetingKey: 'user-1' }, 60_000],
  ])('says what the bulk answer says %s', async (_title, context, ageMs) => {
    const { sent, bulk } = await askBoth(context, ageMs);
    const said = bulk.map(({ key, errorCode, value, variant, reason }) => {
      const failed = errorCode !== undefined;
      return [key, failed ? { reason: 'ERROR' } : JSON.parse(JSON.stringify({ value, variant, reason }))];
    });
    expect(sent.flags).toEqual(Object.fromEntries(said));
    expect(sent).toMatchObject({ v: 1, position: 'e1.3', contextHash: contextHash(context) });
    expect(sent.flags).not.toHaveProperty('for-servers');
  });

  test('is counted as answers that nobody knows to be looked at', async () => {
    const { counted } = await askBoth({ targetingKey: 'user-1' }, 12);
    expect(counted?.flags.map(({ flag: key }) => key)).toEqual(
      FLAGS.filter(({ clientVisible }) => clientVisible)
        .map(({ key }) => key)
        .sort(),
    );
  });
});
