import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintSecret } from '../access/mint-secret.ts';
import { hasPostgres, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import { type AsRoot, type Need, OPERATIONS, type Operation, type Place, type Sample } from './operations.fixture.ts';
import { makePerson, PASSWORD } from './people-operations.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

type Role = 'viewer' | 'editor' | 'killer' | 'admin';

/** Somebody who calls. Tokens, keys and people are of the project `mine`, and those with `limited` of its environment `here`. */
interface Caller {
  name: string;
  secret: string | undefined;
  kind: 'nobody' | 'root' | 'token' | 'key' | 'check';
  /** A browser in which somebody is signed in sends this instead of a secret. */
  cookie?: string;
  role?: Role;
  limited?: true;
  key?: 'server' | 'client' | 'kill';
}

const ROOT_TOKEN = 'a-root-token-that-is-long-enough-for-this-test';
const OWN: Place = { project: 'mine', environment: 'here' };
const NEXT: Place = { project: 'mine', environment: 'there' };
const FOREIGN: Place = { project: 'other', environment: 'here' };

/** The rights table once more, by hand: what each role and each kind of key may do where it reaches. */
const OF_ROLE: Record<Role, Need[]> = {
  viewer: ['look', 'read'],
  killer: ['look', 'read', 'safe', 'kill'],
  editor: ['look', 'read', 'safe', 'kill', 'growing', 'ask', 'author'],
  admin: ['look', 'read', 'safe', 'kill', 'growing', 'ask', 'author', 'admin', 'grant', 'node'],
};
const OF_KEY = {
  server: ['ruleset', 'evaluate'],
  client: ['evaluate', 'page-report'],
  kill: ['kill'],
} satisfies Record<string, Need[]>;
const OF_ROOT: Need[] = [
  'look',
  'read',
  'safe',
  'kill',
  'growing',
  'ask',
  'author',
  'admin',
  'grant',
  'node',
  'root',
  'check',
];

/** Undefined where the caller may; otherwise the statuses that say why not. */
function refusal(caller: Caller, operation: Operation, place: Place): number[] | undefined {
  const { need } = operation;
  if (need === 'open') return undefined;
  // Where others became administrators meanwhile, that is what is told.
  if (need === 'link') return [403, 409];
  if (caller.kind === 'nobody' || need === 'token-in-address') return [401];
  // An SDK's routes take no tokens of the admin API at all.
  if (operation.of === 'own') {
    const may = caller.kind === 'key' && (OF_KEY[caller.key ?? 'kill'] as Need[]).includes(need);
    return may ? undefined : [401, 403];
  }
  // The token of a check posts its results, and is told of nothing else.
  if (caller.kind === 'check' && need !== 'check') return [403, 404];
  if (need === 'self') return caller.kind === 'key' ? [403] : undefined;
  if (need === 'session') return caller.cookie === undefined ? [403] : undefined;
  // No person posts what a check found, whatever their roles.
  if (need === 'check' && caller.cookie !== undefined && caller.kind === 'root') return [403];
  if (caller.kind === 'root') return OF_ROOT.includes(need) ? undefined : [403];
  if (operation.ofNewProject) return [403, 404];
  const placed = operation.of !== 'installation';
  if (placed && place.project !== 'mine') return [404];
  if (caller.kind === 'check') return undefined;
  const here = operation.of !== 'environment' || place.environment === 'here';
  if (caller.kind === 'key') {
    const may = here && need === 'kill' && caller.key === 'kill';
    return may ? undefined : [403, 404];
  }
  // Where only an id leads to the other environment, a right that is missing everywhere is told first.
  if (caller.limited && !here) return [403, 404];
  const wholeProject = operation.of === 'project' && need !== 'look' && !operation.across;
  // A token hands out nothing, whatever its roles.
  if (need === 'grant' && caller.cookie === undefined) return [403];
  return OF_ROLE[caller.role ?? 'viewer'].includes(need) && !(caller.limited && wholeProject) ? undefined : [403];
}

describe('every route by every kind of caller, in the own place, in another environment, in another project', () => {
  let server: ServerProcess;
  let database: TestDatabase | undefined;
  let described: string[] = [];
  const versioned = new Set<string>();
  const callers: Caller[] = [];

  const root: AsRoot = async (method, path, body, headers = method === 'PUT' ? { 'if-match': '*' } : {}) => {
    const answer = await server.api(method, path, body, { headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  beforeAll(async () => {
    // Where there is a Postgres it is there at once; what is tested does not depend on the kind.
    database = hasPostgres ? await openTestDatabase('postgres') : undefined;
    server = await startServer({
      ...(database?.url === undefined ? {} : { DATABASE_URL: database.url }),
      TURNOUT_ROOT_TOKEN: ROOT_TOKEN,
      LIMIT_REFUSED_REQUESTS: '1000000',
      LIMIT_ADMIN_REQUESTS: '1000000',
    });
    for (const key of ['mine', 'other']) {
      await root('POST', '/projects', { key });
      for (const environment of ['here', 'there'])
        await root('POST', `/projects/${key}/environments`, { key: environment });
      await root('POST', `/projects/${key}/flags`, { key: 'seen', type: 'boolean', clientVisible: true });
    }
    await makeCallers();
    const description = await (await fetch(`${server.url}/api/openapi.json`)).json();
    const { paths } = description as { paths: Record<string, Record<string, { parameters?: { name: string }[] }>> };
    described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => {
        const name = `${method} ${path}`;
        if (parameters.some((one) => one.name === 'If-Match')) versioned.add(name);
        return name;
      }),
    );
  }, 120_000);
  afterAll(async () => {
    await server?.remove();
    await database?.close();
  });

  async function makeCallers() {
    const tokens = '/projects/mine/tokens';
    const keys = '/projects/mine/environments/here/keys';
    callers.push({ name: 'nobody', secret: undefined, kind: 'nobody' });
    callers.push({ name: 'root', secret: ROOT_TOKEN, kind: 'root' });
    for (const role of ['viewer', 'editor', 'killer', 'admin'] as const) {
      const whole = await root('POST', tokens, { name: role, roles: [role] });
      callers.push({ name: `${role} of the project`, secret: whole.secret, kind: 'token', role });
      const one = await root('POST', tokens, { name: role, roles: [role], environment: 'here' });
      callers.push({ name: `${role} of one environment`, secret: one.secret, kind: 'token', role, limited: true });
    }
    for (const key of ['server', 'client', 'kill'] as const) {
      const made = await root('POST', keys, { kind: key, name: key });
      callers.push({ name: `${key} key`, secret: made.secret, kind: 'key', key });
    }
    callers.push({ name: 'an installation admin', kind: 'root', ...(await signIn('', { roles: ['admin'] })) });
    for (const [role, environment] of [['killer', 'here'] as const, ['viewer'] as const, ['admin'] as const]) {
      const cookie = await signIn('/projects/mine', { roles: [role], ...(environment ? { environment } : {}) });
      const limited = environment === undefined ? {} : ({ limited: true } as const);
      callers.push({ name: `a person who is ${role}`, kind: 'token', role, ...limited, ...cookie });
    }
    const check = await root('POST', tokens, { name: 'ci', check: 'acceptance' });
    callers.push({ name: 'the token of a check', secret: check.secret, kind: 'check' });
    const revoked = await root('POST', tokens, { name: 'revoked', roles: ['admin'] });
    await root('POST', `${tokens}/${revoked.token.id}/revoke`, {});
    callers.push({ name: 'a revoked admin', secret: revoked.secret, kind: 'nobody' });
    callers.push({ name: 'a token of elsewhere', secret: mintSecret('admin').secret, kind: 'nobody' });
    callers.push({ name: 'no token at all', secret: 'turnout_admin_x', kind: 'nobody' });
  }

  /** The cookie of somebody new with these roles. */
  async function signIn(path: string, over: object): Promise<{ secret: undefined; cookie: string }> {
    const { login } = await makePerson(root, path, over);
    const response = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password: PASSWORD }),
    });
    expect(response.status).toBe(200);
    return { secret: undefined, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }

  /** The status alone: some answers are streams. */
  async function call(caller: Caller, name: string, place: Place, sample: Sample): Promise<number> {
    const [method = '', template = ''] = name.split(' ');
    const values: Record<string, string> = { ...place, ...sample.params };
    const path = template.replaceAll(/\{(\w+)\}/g, (_match, parameter: string) => values[parameter] ?? '');
    const ended = new AbortController();
    const query = sample.query === undefined ? '' : `?${new URLSearchParams(sample.query)}`;
    const response = await fetch(`${server.url}${path}${query}`, {
      method: method.toUpperCase(),
      signal: ended.signal,
      headers: {
        ...(caller.secret === undefined ? {} : { authorization: `Bearer ${caller.secret}` }),
        ...(caller.cookie === undefined ? {} : { cookie: caller.cookie, 'sec-fetch-site': 'same-origin' }),
        ...(sample.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...sample.headers,
      },
      ...(sample.body === undefined ? {} : { body: JSON.stringify(sample.body) }),
    });
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) ended.abort();
    else await response.arrayBuffer();
    return response.status;
  }

  /** Where everything stands: what was done last, and the positions of all environments. */
  async function standing(): Promise<string> {
    const keys = ['mine', 'other'];
    const paths = ['/projects', ...keys.map((key) => `/projects/${key}/environments`)];
    const places = await Promise.all(paths.map((path) => root('GET', path)));
    return JSON.stringify([...places, ...(await Promise.all(keys.map(lastChange)))]);
  }

  /** A kill of a moment ago opens an incident by itself, whoever asks for something meanwhile. */
  async function lastChange(project: string): Promise<unknown> {
    const { items } = await root('GET', `/projects/${project}/changes?limit=20`);
    const byItself = ['incident.open', 'incident.join'];
    return items.find(({ action }: { action: string }) => !byItself.includes(action));
  }

  /** Elsewhere what counts is how far somebody reaches: whoever may most, and one of each kind. */
  const tellsElsewhere = ({ kind, role, cookie }: Caller) =>
    kind === 'root' ||
    kind === 'key' ||
    kind === 'check' ||
    (kind === 'token' && (role === 'admin' || cookie !== undefined));
  const isRefusedOnly = ({ endsCaller, onlyRefusals }: Operation) => endsCaller || onlyRefusals;
  const placesOf = ({ of }: Operation): Place[] =>
    of === 'environment' ? [OWN, NEXT, FOREIGN] : of === 'project' ? [OWN, FOREIGN] : [OWN];

  it('in a protected environment whatever grows waits for an approval, and the way to safe is open', async () => {
    const place: Place = { project: 'guarded', environment: 'here' };
    await root('POST', '/projects', { key: place.project });
    await root('POST', '/projects/guarded/environments', { key: place.environment, protected: true });
    const guarded: Caller[] = [];
    for (const role of ['editor', 'admin'] as const) {
      const { secret } = await root('POST', '/projects/guarded/tokens', { name: role, roles: [role] });
      guarded.push({ name: role, secret, kind: 'token', role });
    }
    for (const [name, { need, of, sample, onlyRefusals, servesTheSame }] of Object.entries(OPERATIONS)) {
      if (onlyRefusals || servesTheSame) continue;
      if (!['growing', 'safe', 'kill'].includes(need) || of === 'own' || name.startsWith('get ')) continue;
      for (const caller of guarded) {
        const made = (await sample?.(root, place)) ?? {};
        const before = (await root('GET', '/projects/guarded/environments')).items[0].position;
        const status = await call(caller, name, place, made);
        const after = (await root('GET', '/projects/guarded/environments')).items[0].position;
        const expected = need === 'growing' ? { status: 409, moved: false } : { status: 200, moved: true };
        expect({ name, caller: caller.name, status, moved: before !== after }).toEqual({
          ...{ name, caller: caller.name, ...expected },
        });
      }
    }
  }, 120_000);

  /** What the description says of If-Match is so: whoever looked at another version is refused, or at what a PUT makes. */
  async function refusesStale(name: string, { sample }: Operation): Promise<void> {
    const [rootCaller] = callers.filter(({ kind }) => kind === 'root');
    const made = (await sample?.(root, OWN)) ?? {};
    const headers = { ...made.headers, 'if-match': '"v998"' };
    if (rootCaller === undefined) throw new Error('root is among the callers');
    const status = await call(rootCaller, name, OWN, { ...made, headers });
    const expected = name.startsWith('put ') ? [412, 404] : [412];
    expect({ name, status: expected.includes(status) || status }).toEqual({ name, status: true });
  }

  it('every operation of the description is in the table, and the other way round', () => {
    expect([...described].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it.each(Object.entries(OPERATIONS))(
    '%s',
    async (name, operation) => {
      for (const place of placesOf(operation)) {
        const sample = async () => (await operation.sample?.(root, place)) ?? {};
        const here = place === OWN ? callers : callers.filter(tellsElsewhere);
        const refused = here.filter((caller) => refusal(caller, operation, place) !== undefined);
        const forAll = await sample();
        const before = await standing();
        await Promise.all(
          refused.map(async (caller) => {
            const status = await call(caller, name, place, forAll);
            const expected = refusal(caller, operation, place);
            expect({ caller: caller.name, place, status: expected?.includes(status) || status }).toEqual({
              ...{ caller: caller.name, place, status: true },
            });
          }),
        );
        expect(await standing()).toBe(before);
        if (versioned.has(name) && place === OWN) await refusesStale(name, operation);
        // What somebody may here they may wherever they reach: elsewhere it is the refusals that tell.
        const tried = place === OWN && !isRefusedOnly(operation) ? here : [];
        for (const caller of tried.filter((one) => !refused.includes(one))) {
          const status = await call(caller, name, place, await sample());
          expect({ caller: caller.name, place, status: status < 300 || status }).toEqual({
            ...{ caller: caller.name, place, status: true },
          });
        }
      }
    },
    120_000,
  );
});
