import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_ENVIRONMENTS, DEMO_FLAGS, DEMO_PROJECT, DEMO_SEGMENT } from './demo-project.ts';
import { makePrivateFile, readPrivateFile } from './platform/private-file.ts';

/** How the demo is made: through the admin API, as anybody would. `path` is below `/api/v1`. */
export type CallApi = (method: string, path: string, body: object) => Promise<{ status: number; body: DemoAnswer }>;

/** The parts of answers that are looked at here. */
export interface DemoAnswer {
  secret?: string | null;
  detail?: string;
}

export interface DemoParts {
  call: CallApi;
  dataDir: string;
  /** Whether a secret may still be used. */
  isLive(secret: string): boolean;
}

/** One file each, so that printed snippets can say `$(cat …)`. */
const KEYS = ['server', 'client', 'kill', 'admin'] as const;
type DemoKey = (typeof KEYS)[number];

const PROJECT = `/projects/${DEMO_PROJECT.key}`;
/** The environment that the demo's keys belong to. */
const SHOWN = 'production';

export function demoKeyPath(dataDir: string, kind: DemoKey): string {
  return join(dataDir, 'demo-keys', kind);
}

/**
 * Makes the demo project with its flags, and a key of each kind. What is there already stays as it is, whatever was
 * made of it since; only keys that are missing or no longer good are made anew.
 */
export async function makeDemo(parts: DemoParts): Promise<void> {
  const missing = KEYS.filter((kind) => !isKept(parts, kind));
  if (missing.length === 0) return;
  // Keys are made last, so an installation that has some was made whole, and what somebody deleted since stays away.
  if (missing.length === KEYS.length) await makeProject(parts.call);
  for (const kind of missing) await makeKey(parts, kind);
}

async function makeProject(call: CallApi): Promise<void> {
  await make(call, '/projects', DEMO_PROJECT);
  for (const environment of DEMO_ENVIRONMENTS) await make(call, `${PROJECT}/environments`, environment);
  for (const { key } of DEMO_ENVIRONMENTS) await make(call, `${PROJECT}/environments/${key}/segments`, DEMO_SEGMENT);
  for (const flag of DEMO_FLAGS) await make(call, `${PROJECT}/flags`, flag);
}

/** 409: a start that was broken off had made it. */
async function make(call: CallApi, path: string, body: object): Promise<DemoAnswer> {
  const answer = await call('POST', path, body);
  if (answer.status >= 300 && answer.status !== 409) {
    throw new Error(`The demo could not be made: POST ${path} answered ${answer.status}: ${answer.body.detail ?? ''}`);
  }
  return answer.body;
}

function isKept({ dataDir, isLive }: DemoParts, kind: DemoKey): boolean {
  const secret = readPrivateFile(demoKeyPath(dataDir, kind));
  return secret !== undefined && isLive(secret);
}

async function makeKey({ call, dataDir }: DemoParts, kind: DemoKey): Promise<void> {
  const name = `demo ${kind}`;
  const { secret } =
    kind === 'admin'
      ? await make(call, `${PROJECT}/tokens`, { name, roles: ['admin'] })
      : await make(call, `${PROJECT}/environments/${SHOWN}/keys`, {
          kind,
          name,
          // Pages on this machine may use the demo's client key, whatever port they are served from.
          ...(kind === 'client' ? { origins: ['*'] } : {}),
        });
  if (!secret) throw new Error(`The demo's ${kind} key could not be made.`);
  const path = demoKeyPath(dataDir, kind);
  rmSync(path, { force: true });
  makePrivateFile(path, secret);
}

/** What a person needs to go on: where it is, where its keys are, and something to paste. */
export function greet(url: string, dataDir: string): string {
  const key = demoKeyPath(dataDir, 'server');
  return `
  Turnout   ${url}
  Keys      ${join(dataDir, 'demo-keys')}/{${KEYS.join(',')}}, of the project demo, environment ${SHOWN}

  Evaluate a flag, from any language:

    curl -s ${url}/ofrep/v1/evaluate/flags/new-checkout \\
      -H "Authorization: Bearer $(cat ${key})" \\
      -H 'Content-Type: application/json' \\
      -d '{"context": {"targetingKey": "user-1"}}'

  In Node (save it here as app.ts; run: node --conditions=turnout-src --import tsx app.ts):

    import { readFileSync } from 'node:fs';
    import { Turnout } from '@turnout/sdk-node';

    const flags = new Turnout({ url: '${url}', key: readFileSync('${key}', 'utf8').trim() });
    await flags.ready();
    console.log(flags.boolean('new-checkout', false, { targetingKey: 'user-1' }));
    await flags.close();

  Flip it:

    npx turnout off new-checkout -e ${SHOWN}
    npx turnout on new-checkout -e ${SHOWN}
`;
}
