import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { importPeer, PEERS_FOLDER } from '../peers/peer.ts';
import { endChild, freePort } from './child.ts';
import type { AuthoredFlag } from './flag-set.ts';

/** unleash-server as a process of its own, on a database of its own in the Postgres that our house uses too. */
export interface UnleashServer {
  port: number;
  pid: number;
  url: string;
  /** What its SDKs and its frontend API send as Authorization. */
  backendToken: string;
  frontendToken: string;
  author(flag: AuthoredFlag): Promise<void>;
  flip(key: string, isOn: boolean): Promise<void>;
  end(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;
const FEATURES = '/api/admin/projects/default/features';

/** Starts it with what a production would set, and without its calls to the outside. */
export async function startUnleash(postgresUrl: string): Promise<UnleashServer> {
  const secret = () => randomBytes(16).toString('hex');
  const [adminToken, backendToken, frontendToken] = [
    `*:*.${secret()}`,
    `default:production.${secret()}`,
    `default:production.${secret()}`,
  ];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [`${PEERS_FOLDER}node_modules/unleash-server/dist/server.js`], {
    cwd: PEERS_FOLDER,
    env: {
      ...process.env,
      // It lets 20,000 calls a minute through, which is fewer than are asked of it here.
      TOKEN_AUTHENTICATION_RATE_LIMIT_PER_MINUTE: '100000000',
      SDK_API_RATE_LIMIT_PER_MINUTE: '100000000',
      NODE_ENV: 'production',
      DATABASE_URL: await makeDatabase(postgresUrl),
      DATABASE_SSL: 'false',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      INIT_ADMIN_API_TOKENS: adminToken,
      INIT_BACKEND_API_TOKENS: backendToken,
      INIT_FRONTEND_API_TOKENS: frontendToken,
      CHECK_VERSION: 'false',
      SEND_TELEMETRY: 'false',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const call = (path: string, body: unknown = {}) => post(`${url}${path}`, adminToken, body);
  await waitUntilHealthy(url, () => child.exitCode);
  return {
    port,
    pid: child.pid as number,
    url,
    backendToken,
    frontendToken,
    author: (flag) => author(call, flag),
    flip: (key, isOn) => call(`${FEATURES}/${key}/environments/production/${isOn ? 'on' : 'off'}`),
    end: () => endChild(child),
  };
}

async function makeDatabase(postgresUrl: string): Promise<string> {
  interface Client {
    connect(): Promise<void>;
    query(sql: string): Promise<unknown>;
    end(): Promise<void>;
  }
  const { default: pg } = await importPeer<{ default: { Client: new (options: object) => Client } }>('pg');
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query('CREATE DATABASE unleash');
  await client.end();
  const own = new URL(postgresUrl);
  own.pathname = '/unleash';
  return own.href;
}

async function post(address: string, token: string, body: unknown): Promise<void> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${address}: ${response.status} ${text}`);
}

async function waitUntilHealthy(url: string, exitCode: () => number | null): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (exitCode() !== null) throw new Error(`unleash-server ended with code ${exitCode()}`);
    const health = await fetch(`${url}/health`).catch(() => undefined);
    if (health?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('unleash-server was not healthy in time');
}

type Call = (path: string, body?: unknown) => Promise<void>;

async function author(call: Call, flag: AuthoredFlag): Promise<void> {
  const path = `${FEATURES}/${flag.key}/environments/production`;
  await call(FEATURES, { name: flag.key, type: 'release' });
  for (const strategy of writeUnleashStrategies(flag)) await call(`${path}/strategies`, strategy);
  if (flag.on) await call(`${path}/on`);
}

/** A flag of `FLAG_SET` in its words: the first strategy that holds gives the variant. */
export function writeUnleashStrategies({ key, type, variants, rules, rest }: AuthoredFlag): object[] {
  const give = (variant: string) =>
    type === 'boolean'
      ? {}
      : {
          variants: [
            {
              name: variant,
              weight: 1_000,
              weightType: 'variable',
              stickiness: 'default',
              payload: { type: 'string', value: String(variants[variant]) },
            },
          ],
        };
  const always = { name: 'flexibleRollout', parameters: { rollout: '100', stickiness: 'userId', groupId: key } };
  const ruled = rules.map((rule) => ({ ...always, constraints: writeConstraints(rule.if), ...give(rule.variant) }));
  if ('half' in rest) return [...ruled, { ...always, parameters: { ...always.parameters, rollout: '50' } }];
  return [...ruled, { ...always, constraints: [], ...give(rest.variant) }];
}

function writeConstraints(condition: AuthoredFlag['rules'][number]['if']): object[] {
  if ('all' in condition) return condition.all.flatMap(writeConstraints);
  if (!('op' in condition)) throw new Error('the flags of proofs ask for tests and all of them');
  const { attribute: contextName, op, values } = condition;
  if (op === 'equals') return [{ contextName, operator: 'IN', values: values.map(String) }];
  if (op === 'gte') return [{ contextName, operator: 'NUM_GTE', value: String(values[0]) }];
  throw new Error(`the flags of proofs do not ask for ${op}`);
}
