import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEMO_ENVIRONMENTS, DEMO_PROJECT, DEMO_SEGMENTS, DOCUMENTED_FLAGS } from './demo-project.ts';
import { makePrivateFile, readPrivateFile } from './platform/private-file.ts';

/** How the demo is made: through the admin API, as anybody would. `path` is below `/api/v1`; `as` is whose token it is. */
export type CallApi = (method: string, path: string, body?: object, as?: string) => Promise<DemoAnswered>;

export interface DemoAnswered {
  status: number;
  body: DemoAnswer;
}

/** The parts of answers that are looked at here. */
export interface DemoAnswer {
  secret?: string | null;
  detail?: string;
  archived?: boolean;
  items?: readonly unknown[];
}

export interface DemoParts {
  call: CallApi;
  dataDir: string;
  /** Whether a secret may still be used. */
  isLive(secret: string): boolean;
}

/** The environment that the demo's keys belong to, where their name says nothing else. */
const SHOWN = 'production';

/** One file each, so that printed snippets can say `$(cat …)`. `admin` is a token of the project. */
const KEYS = {
  server: { kind: 'server', environment: SHOWN },
  'server-development': { kind: 'server', environment: 'development' },
  // Pages on this machine may use the demo's client key, whatever port they are served from.
  client: { kind: 'client', environment: SHOWN, origins: ['*'] },
  kill: { kind: 'kill', environment: SHOWN },
  admin: undefined,
} as const;
type DemoKey = keyof typeof KEYS;
const KEY_NAMES = Object.keys(KEYS) as DemoKey[];

export const PROJECT = `/projects/${DEMO_PROJECT.key}`;
export function demoKeyPath(dataDir: string, name: DemoKey): string {
  return join(dataDir, 'demo-keys', name);
}

/** Is there from the first thing that is made of the demo until the last one is. */
function unfinishedPath(dataDir: string): string {
  return join(dataDir, 'demo-keys', 'unfinished');
}
export function isUnfinished(dataDir: string): boolean {
  return existsSync(unfinishedPath(dataDir));
}
export function markFinished(dataDir: string): void {
  rmSync(unfinishedPath(dataDir), { force: true });
}

/**
 * Makes the demo project with the flags that the documents name, and a key of each kind; the rest can wait until the
 * house is open (demo-life.ts). What is there already stays as it is, whatever was made of it since; only keys that are
 * missing or no longer good are made anew. Answers false where somebody has removed the demo: it does not come back.
 */
export async function makeDemo(parts: DemoParts): Promise<boolean> {
  const missing = KEY_NAMES.filter((name) => !isKept(parts, name));
  if (missing.length === 0) return true;
  if (await isRemoved(parts.call)) return false;
  // Keys are made last, so an installation that has some was made whole, and what somebody deleted since stays away.
  if (missing.length === KEY_NAMES.length) await makeProject(parts);
  for (const name of missing) await makeKey(parts, name);
  return true;
}

async function isRemoved(call: CallApi): Promise<boolean> {
  const { status, body } = await call('GET', `${PROJECT}?archived=any`);
  return status === 200 && body.archived === true;
}

async function makeProject({ call, dataDir }: DemoParts): Promise<void> {
  const { status } = await make(call, '/projects', DEMO_PROJECT);
  // Where it was there before, another node has made it, or people have: then it is not begun again.
  if (status === 201) makePrivateFile(unfinishedPath(dataDir), 'The demo is being made.');
  for (const environment of DEMO_ENVIRONMENTS) await make(call, `${PROJECT}/environments`, environment);
  await makeSegments(call, DEMO_SEGMENTS.slice(0, 1));
  await makeFlags(call, DOCUMENTED_FLAGS);
}

/** The same ones in every environment, in order: one may name another. */
export async function makeSegments(call: CallApi, segments: readonly object[]): Promise<void> {
  for (const { key } of DEMO_ENVIRONMENTS) {
    for (const segment of segments) await make(call, `${PROJECT}/environments/${key}/segments`, segment);
  }
}

export async function makeFlags(call: CallApi, flags: readonly object[]): Promise<void> {
  for (const flag of flags) await make(call, `${PROJECT}/flags`, flag);
}

function make(call: CallApi, path: string, body: object): Promise<DemoAnswered> {
  return ask(call, { method: 'POST', path, body });
}

/** 409: a start that was broken off had made it. */
export async function ask(
  call: CallApi,
  { method, path, body, as }: { method: 'POST' | 'PUT' | 'PATCH'; path: string; body: object; as?: string },
): Promise<DemoAnswered> {
  const answer = await call(method, path, body, as);
  if (answer.status < 300 || answer.status === 409) return answer;
  const { detail = '' } = answer.body;
  throw new Error(`The demo could not be made: ${method} ${path} answered ${answer.status}: ${detail}`);
}

function isKept({ dataDir, isLive }: DemoParts, name: DemoKey): boolean {
  const secret = readPrivateFile(demoKeyPath(dataDir, name));
  return secret !== undefined && isLive(secret);
}

async function makeKey({ call, dataDir }: DemoParts, name: DemoKey): Promise<void> {
  const wanted = KEYS[name];
  const { body } = await (wanted === undefined
    ? // Who tries it out alone lets trains leave, too.
      make(call, `${PROJECT}/tokens`, { name: `demo ${name}`, roles: ['admin', 'release-manager'] })
    : makeEnvironmentKey(call, name, wanted));
  const { secret } = body;
  if (!secret) throw new Error(`The demo's key ${name} could not be made.`);
  const path = demoKeyPath(dataDir, name);
  rmSync(path, { force: true });
  makePrivateFile(path, secret);
}

function makeEnvironmentKey(call: CallApi, name: string, wanted: { environment: string }): Promise<DemoAnswered> {
  const { environment, ...key } = wanted;
  return make(call, `${PROJECT}/environments/${environment}/keys`, { ...key, name: `demo ${name}` });
}

/** Where the command line looks. */
const ITS_ADDRESS = 'http://127.0.0.1:8420';
const ITS_FOLDER = './data';

/** What a person needs to go on: where it is, where its keys are, and something to paste. */
export function greet(url: string, dataDir: string): string {
  const key = demoKeyPath(dataDir, 'server');
  const flip = `${settingsOf(url, dataDir)}npx turnout`;
  return `
  Turnout   ${url}
  Shop      ${url}/demo/shop?visitor=mila, a page that follows the flags: open it, and kill new-checkout
  Project   demo, with the environments ${DEMO_ENVIRONMENTS.map(({ key }) => key).join(' and ')}
  Keys      ${join(dataDir, 'demo-keys')}/{${KEY_NAMES.join(',')}}

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

    ${flip} off new-checkout -e ${SHOWN}
    ${flip} on new-checkout -e ${SHOWN}

  Kill it, and bring it back:

    ${flip} kill new-checkout -e ${SHOWN} --reason 'The checkout hangs'
    ${flip} restore new-checkout -e ${SHOWN}
`;
}

/** What the command line must be told where the address or the folder is not the one that it takes by itself. */
function settingsOf(url: string, dataDir: string): string {
  const address = url === ITS_ADDRESS ? '' : `TURNOUT_URL=${url} `;
  return `${address}${resolve(dataDir) === resolve(ITS_FOLDER) ? '' : `DATA_DIR=${dataDir} `}`;
}
