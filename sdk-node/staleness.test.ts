import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagOf, HouseServer, killOf, rulesetOf, SERVER_KEY } from './house-server.fixture.ts';
import { Turnout } from './index.ts';
import { recordLines } from './lines.fixture.ts';
import { offlineTurnout } from './offline.fixture.ts';

const SOON = { timeout: 10_000, interval: 5 };
const MINUTE = 60_000;
const flags = [
  flagOf('kept', { maxStalenessMs: MINUTE }),
  flagOf('put-off', { maxStalenessMs: MINUTE, whenStale: 'off' }),
  flagOf('put-off-coded', { maxStalenessMs: MINUTE, whenStale: 'off', offVariant: null }),
  flagOf('patient', { maxStalenessMs: 60 * MINUTE, whenStale: 'off' }),
  flagOf('unlimited'),
  flagOf('killed', { killed: true, maxStalenessMs: MINUTE, whenStale: 'off' }),
  flagOf('broken', { maxStalenessMs: MINUTE, whenStale: 'off', fallthrough: {} as never }),
];

describe('flags that are older than they may be', () => {
  let server: HouseServer;
  beforeEach(async () => {
    server = new HouseServer(...flags);
    await server.start();
  });
  afterEach(() => server.stop());

  it('are marked, and off where they are to be, as long as the server itself does not know better', async () => {
    server.ageMs = 2 * MINUTE;
    const turnout = new Turnout({ url: server.url, key: SERVER_KEY, logger: false });
    try {
      await turnout.ready();
      const told: unknown[] = [];
      turnout.watch('put-off', false, {}, (now, before) => told.push([before.value, now.value]));
      expect(turnout.status().ageMs).toBeGreaterThanOrEqual(2 * MINUTE);
      expect(turnout.evaluate('kept', false)).toMatchObject({ reason: 'STALE', value: true, variant: 'on' });
      expect(turnout.evaluate('put-off', true)).toEqual({
        key: 'put-off',
        reason: 'STALE',
        value: false,
        variant: 'off',
        metadata: {},
      });
      expect(turnout.boolean('put-off', true)).toBe(false);
      expect(turnout.all()['put-off']).toMatchObject({ reason: 'STALE', value: false });
      expect(turnout.evaluate('put-off-coded', true)).toMatchObject({ reason: 'STALE', value: true });
      expect(turnout.evaluate('patient', false)).toMatchObject({ reason: 'STATIC', value: true });
      expect(turnout.evaluate('unlimited', false)).toMatchObject({ reason: 'STATIC', value: true });
      expect(turnout.evaluate('killed', true)).toMatchObject({ reason: 'STALE', value: false, disabledBy: 'killed' });
      expect(turnout.evaluate('broken', true)).toMatchObject({ errorCode: 'PARSE_ERROR', value: true });
      server.ageMs = 0;
      await expect.poll(() => turnout.evaluate('put-off', false).reason, SOON).toBe('STATIC');
      // Nothing came but time, and who watches is told all the same.
      await expect.poll(() => told, SOON).toEqual([[false, true]]);
    } finally {
      await turnout.close();
    }
  });

  it('are all those with a limit where nobody knows the age', () => {
    const turnout = offlineTurnout(rulesetOf(flags));
    expect(turnout.evaluate('patient', true)).toMatchObject({ reason: 'STALE', value: false });
    expect(turnout.evaluate('unlimited', false)).toMatchObject({ reason: 'STATIC', value: true });
  });
});

describe('a start without a server', () => {
  let folder: string;
  let cacheFile: string;
  const nowhere = { url: 'http://127.0.0.1:1', key: SERVER_KEY, logger: false } as const;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-start-'));
    cacheFile = join(folder, 'flags.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What an earlier process leaves behind that saw a flag killed before any revision knew of it. */
  async function leaveCache(): Promise<HouseServer> {
    const server = await new HouseServer(flagOf('a'), flagOf('b'), flagOf('c', { maxStalenessMs: 1 })).start();
    const turnout = new Turnout({ ...nowhere, url: server.url, cacheFile });
    await turnout.ready();
    server.put(flagOf('b', { state: 'off' }));
    server.kill(killOf('a'));
    await expect.poll(() => turnout.boolean('a', true), SOON).toBe(false);
    await turnout.close();
    await server.stop();
    return server;
  }

  it('knows the last flags and kills, and how old they are', async () => {
    const { url } = await leaveCache();
    const turnout = new Turnout({ ...nowhere, url, cacheFile });
    const ready = new Promise((resolve) => turnout.on('ready', resolve));
    try {
      expect(turnout.evaluate('a', true)).toMatchObject({ value: false, disabledBy: 'killed' });
      expect(turnout.boolean('b', true)).toBe(false);
      expect(turnout.status()).toMatchObject({ source: 'cache', position: 'x.2', ageMs: expect.any(Number) });
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(turnout.evaluate('c', false)).toMatchObject({ value: true, reason: 'STALE' });
      expect(await ready).toMatchObject({ source: 'cache' });
      expect(await turnout.ready({ timeoutMs: 100 })).toMatchObject({
        source: 'cache',
        error: { code: 'unreachable' },
      });
    } finally {
      await turnout.close();
    }
  });

  it('is corrected by the server once it is there, and goes on from where the cache was', async () => {
    const server = await leaveCache();
    const turnout = new Turnout({ ...nowhere, url: server.url, cacheFile });
    try {
      await server.start();
      server.put(flagOf('b'));
      await expect.poll(() => turnout.boolean('b', false), SOON).toBe(true);
      expect(turnout.boolean('a', true)).toBe(false);
      expect(server.requests.at(-1)?.headers).toMatchObject({ 'turnout-overlay': killOf('a').id });
    } finally {
      await turnout.close();
      await server.stop();
    }
  });

  it('says that a cache is another’s, and leaves it alone', async () => {
    const { url } = await leaveCache();
    const { logger, lines } = recordLines();
    const turnout = new Turnout({ url, key: 'another-key', logger, cacheFile });
    expect(turnout.evaluate('a', true).errorCode).toBe('PROVIDER_NOT_READY');
    expect(lines).toEqual([expect.stringMatching(/^warn turnout: cacheFile is ignored: it was written for another/)]);
    await turnout.close();
  });

  it('says once that a cache cannot be written', async () => {
    const server = await new HouseServer(flagOf('a')).start();
    const { logger, lines } = recordLines();
    const turnout = new Turnout({ ...nowhere, url: server.url, logger, cacheFile: join(folder, 'none', 'f.json') });
    await turnout.ready();
    server.put(flagOf('a', { state: 'off' }));
    await turnout.flush();
    await turnout.close();
    await server.stop();
    expect(lines).toEqual([expect.stringMatching(/^warn turnout: cacheFile could not be written: ENOENT/)]);
  });
});
