import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, SERVER_KEY } from './house-server.fixture.ts';
import { Turnout } from './index.ts';
import { recordLines } from './lines.fixture.ts';

const SOON = { timeout: 10_000, interval: 5 };
const rule = { id: 'r', if: { attribute: 'plan', op: 'equals' as const, values: ['pro'] }, serve: { variant: 'on' } };
const ruled = (key: string, fallthrough: string) =>
  flagOf(key, { rules: [rule], fallthrough: { variant: fallthrough } });

describe('a watched answer', () => {
  let server: HouseServer;
  let turnout: Turnout;
  const { logger, lines } = recordLines();
  beforeEach(async () => {
    server = await new HouseServer(ruled('a', 'off'), flagOf('b'), flagOf('c', { state: 'off' })).start();
    turnout = new Turnout({ url: server.url, key: SERVER_KEY, logger });
    await turnout.ready();
  });
  afterEach(async () => {
    await turnout.close();
    await server.stop();
  });

  /** Puts flags and waits until they are there. */
  async function put(...flags: Parameters<HouseServer['put']>): Promise<void> {
    server.put(...flags);
    await expect.poll(() => turnout.status().position, SOON).toBe(server.position);
  }

  it('is told only to those whose own answer changed, with what it was before', async () => {
    const told: unknown[] = [];
    const watch = (name: string, context: object) =>
      turnout.watch('a', false, context as never, (now, before) => told.push([name, before.value, now.value]));
    watch('pro', { plan: 'pro' });
    const end = watch('free', { plan: 'free' });
    await put(flagOf('b', { state: 'off' }));
    expect(told).toEqual([]);
    await put(ruled('a', 'on'));
    expect(told).toEqual([['free', false, true]]);
    await put(flagOf('a'));
    expect(told).toHaveLength(1);
    end();
    await put(flagOf('a', { state: 'off' }));
    expect(told.slice(1)).toEqual([['pro', true, false]]);
  });

  it('changes with what the flag needs', async () => {
    await put(flagOf('a', { prerequisites: [{ flag: 'b', variants: ['on'] }] }));
    const told: unknown[] = [];
    turnout.watch('a', true, {}, (now) => told.push([now.value, now.disabledBy]));
    await put(flagOf('b', { state: 'off' }));
    expect(told).toEqual([[false, { prerequisite: 'b' }]]);
  });

  it('may be of a flag that does not exist yet', async () => {
    const told: unknown[] = [];
    turnout.watch('new', false, {}, (now, before) => told.push([before.errorCode, now.variant]));
    await put(flagOf('new'));
    expect(told).toEqual([['FLAG_NOT_FOUND', 'on']]);
  });

  it('reaches the others although one who watches throws, which is said', async () => {
    const told: unknown[] = [];
    lines.length = 0;
    const broken = () => {
      throw new Error('a broken watcher');
    };
    turnout.watch('b', true, {}, broken);
    turnout.watch('b', true, {}, async () => broken());
    turnout.on('change', broken);
    turnout.watch('b', true, {}, (now) => told.push(now.value));
    turnout.on('change', ({ keys }) => told.push(keys));
    await put(flagOf('b', { state: 'off' }));
    expect(told).toEqual([false, ['b']]);
    await put(flagOf('b'));
    expect(told).toEqual([false, ['b'], true, ['b']]);
    expect(lines).toEqual([
      expect.stringMatching(/^error turnout: a watcher threw: Error: a broken watcher/),
      expect.stringMatching(/^error turnout: a listener of `change` threw: Error: a broken watcher/),
    ]);
  });

  it('comes to rest with the client', async () => {
    const told: unknown[] = [];
    turnout.watch('b', true, {}, (now) => told.push(now.value));
    turnout.on('change', (change) => told.push(change));
    await turnout.close();
    server.put(flagOf('b', { state: 'off' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told).toEqual([]);
  });
});
