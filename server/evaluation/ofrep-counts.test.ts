import { afterEach, describe, expect, test } from 'vitest';
import { ask, flag, serve, TestNode } from './ofrep.fixture.ts';

describe('OFREP counts', () => {
  let node: TestNode;
  afterEach(() => node.close());

  test('what it answers, one flag apart from all of them, and nothing that it does not evaluate', async () => {
    node = new TestNode(
      serve([
        flag('open', { clientVisible: true }),
        flag('off', { state: 'off' }),
        flag('coded', { fallthrough: { coded: true } }),
      ]),
    );
    await node.listen();
    const server = { authorization: `Bearer ${node.key('server')}` };
    const client = { authorization: `Bearer ${node.key('client')}` };
    for (let i = 0; i < 3; i++) await ask(node, 'open', {}, server);
    await ask(node, 'coded', {}, server);
    await ask(node, 'nowhere', {}, server);
    await ask(node, 'off', {}, client);
    const one = node.counts.asked.take();
    expect(one?.flags.map(({ flag: key, variants, coded }) => [key, variants, coded])).toEqual([
      ['open', { on: 3 }, 0],
      ['coded', {}, 1],
    ]);
    expect(node.counts.bulk.take()).toBeUndefined();

    const all = await ask(node, undefined, {}, server);
    await ask(node, undefined, {}, { ...server, 'if-none-match': all.headers.get('etag') ?? '' });
    await ask(node, undefined, {}, client);
    const bulk = node.counts.bulk.take();
    expect(bulk?.flags.map(({ flag: key, variants, coded }) => [key, variants, coded])).toEqual([
      ['coded', {}, 1],
      ['off', { off: 1 }, 0],
      ['open', { on: 2 }, 0],
    ]);
    expect(node.counts.asked.take()).toBeUndefined();
  });
});
