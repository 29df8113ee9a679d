import { describe, expect, it } from 'vitest';
import { readConfig, SettingsFault } from './config.ts';
import { LATER_SETTINGS, LIMIT_SETTINGS, listSettings, SETTINGS } from './settings.ts';

/** The faults that a set of variables and arguments brings. */
function faultsOf(env: Record<string, string>, argv: string[] = []): readonly string[] {
  try {
    readConfig(env, argv);
  } catch (error) {
    if (error instanceof SettingsFault) return error.faults;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('with nothing set it is the embedded database on loopback, with the demo', () => {
    expect(readConfig({}, [])).toMatchObject({
      port: 8420,
      host: '127.0.0.1',
      dataDir: './data',
      database: { folder: 'data/database' },
      trustProxy: 0,
      logLevel: 'info',
      metricsPort: undefined,
      rootToken: undefined,
      demo: true,
    });
  });

  it('an empty variable counts as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', TURNOUT_DEMO: '' }, [])).toEqual(readConfig({}, []));
  });

  it('a DATABASE_URL moves it to Postgres, and the demo is then made only when asked for', () => {
    const DATABASE_URL = 'postgres://turnout@localhost/turnout';
    expect(readConfig({ DATABASE_URL }, [])).toMatchObject({ database: { url: DATABASE_URL }, demo: false });
    expect(readConfig({ DATABASE_URL }, ['--demo']).demo).toBe(true);
    expect(readConfig({ DATABASE_URL, TURNOUT_DEMO: 'true' }, []).demo).toBe(true);
    expect(readConfig({ TURNOUT_DEMO: '0' }, []).demo).toBe(false);
    expect(readConfig({ TURNOUT_DEMO: 'quiet' }, [])).toMatchObject({ demo: true, demoApps: false });
  });

  it('the demo is never made with NODE_ENV=production, and asking for both stops the start', () => {
    expect(readConfig({ NODE_ENV: 'production' }, []).demo).toBe(false);
    expect(faultsOf({ NODE_ENV: 'production' }, ['--demo'])[0]).toContain('never');
    expect(faultsOf({ NODE_ENV: 'production', TURNOUT_DEMO: 'true' })[0]).toContain('never');
  });

  it('an unknown TURNOUT_* or LIMIT_* stops the start and says which there are', () => {
    expect(faultsOf({ TURNOUT_ROOT_TOKN: 'x' })[0]).toMatch(/TURNOUT_ROOT_TOKN.*TURNOUT_ROOT_TOKEN/);
    expect(faultsOf({ LIMIT_STREAM: '5' })[0]).toMatch(/LIMIT_STREAM:.*LIMIT_STREAMS/);
  });

  it('the variables of the clients are ignored', () => {
    const clients = { TURNOUT_URL: 'http://x', TURNOUT_KEY: 'k', TURNOUT_OVERRIDES: './flags.local.json' };
    expect(readConfig(clients, [])).toEqual(readConfig({}, []));
  });

  it('a root token under 32 characters stops the start, and the message does not show it', () => {
    const short = 'only-31-characters-long-xxxxxxx';
    expect(short).toHaveLength(31);
    expect(faultsOf({ TURNOUT_ROOT_TOKEN: short })[0]).toMatch(/at least 32/);
    expect(faultsOf({ TURNOUT_ROOT_TOKEN: short })[0]).not.toContain(short);
    expect(readConfig({ TURNOUT_ROOT_TOKEN: `${short}x` }, []).rootToken).toBe(`${short}x`);
  });

  it('a value of the secret under 32 bytes stops the start, and the message shows none', () => {
    const [long, short] = ['s'.repeat(32), 'only-31-characters-long-xxxxxxx'];
    const [fault, ...others] = faultsOf({ TURNOUT_SECRET: `${long}, ${short}` });
    expect(fault).toMatch(/^TURNOUT_SECRET: expected values of 32 bytes or more/);
    expect(fault).not.toMatch(/sss|only-31/);
    expect(others).toEqual([]);
    expect(readConfig({ TURNOUT_SECRET: `${long},` }, []).secret).toBe(`${long},`);
  });

  it.each(Object.keys(LATER_SETTINGS))('%s is not there yet and stops the start', (name) => {
    expect(faultsOf({ [name]: '2' })[0]).toMatch(new RegExp(`^${name}: .* is not there yet`));
  });

  it('WORKERS=1 is what it is anyway', () => {
    expect(faultsOf({ WORKERS: '1' })).toEqual([]);
  });

  it.each([
    ['PORT', '65536', 'whole number'],
    ['PORT', '-1', 'whole number'],
    ['PORT', '8e3', 'whole number'],
    ['METRICS_PORT', 'x', 'whole number'],
    ['TRUST_PROXY', 'true', 'whole number'],
    ['SNAPSHOT_MAX_AGE_MS', '1.5', 'whole number'],
    ['LIMIT_STREAMS', '0', 'whole number'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['PUBLIC_URL', 'turnout.example.com', 'https://'],
    ['LOG_LEVEL', 'loud', 'one of fatal'],
    ['TURNOUT_DEMO', 'maybe', 'one of true, false, quiet'],
  ])('%s=%s stops the start and says what would be right', (name, value, expected) => {
    const [fault, ...others] = faultsOf({ [name]: value });
    expect(fault).toContain(`${name}: expected`);
    expect(fault).toContain(expected);
    expect(others).toEqual([]);
  });

  it('everything that is wrong is said at once', () => {
    expect(faultsOf({ PORT: 'x', TURNOUT_X: '1', REDIS_URL: 'http://x' }, ['--port', '1'])).toHaveLength(4);
  });

  it('OUTBOUND_ALLOW is host:port and nothing wider', () => {
    expect(readConfig({}, []).outboundAllow).toEqual([]);
    expect(readConfig({ OUTBOUND_ALLOW: 'prometheus:9090' }, []).outboundAllow).toEqual([
      { host: 'prometheus', port: 9090 },
    ]);
    expect(faultsOf({ OUTBOUND_ALLOW: '10.0.0.0/8:80' })[0]).toMatch(/^OUTBOUND_ALLOW: expected host:port/);
  });

  it('each limit can be set by its name', () => {
    for (const [name, { initial }] of LIMIT_SETTINGS) {
      expect(readConfig({}, []).limits[name]).toBe(Number(initial));
      expect(readConfig({ [`LIMIT_${name}`]: '7' }, []).limits[name]).toBe(7);
    }
  });

  it('every setting has a default that it accepts itself, and a meaning', () => {
    for (const { initial, shape } of Object.values(SETTINGS)) {
      if (initial !== '') expect(shape.safeParse(initial).success).toBe(true);
    }
    for (const { meaning } of listSettings()) expect(meaning).toMatch(/\.$/);
  });
});
