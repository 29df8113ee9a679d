import { describe, expect, it } from 'vitest';
import { RIGHTS } from './access/permissions.ts';
import { type AppParts, buildApp, DOCS_PATH, OPENAPI_PATH } from './app.ts';
import { type ApiDescription, asTemplate, describeApi } from './openapi.ts';
import type { Parts } from './parts.ts';
import { systemClock } from './platform/clock.ts';
import { listRooms } from './rooms.ts';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
// The description is made of the routes alone: nothing behind them is asked.
const behind = {
  house: { clock: systemClock },
  delivery: { door: {} },
  database: {},
  fleet: {},
  rollouts: { parts: { door: {} } },
  reports: {},
  outbound: {},
  trains: { parts: { door: {} } },
};
const parts = {
  house: behind.house,
  rooms: listRooms(behind as unknown as Parts, { open: async () => undefined }),
  logger: { debug: () => undefined, info: () => undefined, error: () => undefined },
  metricsRoutes: undefined,
  onAnswer: () => undefined,
  publicUrl: 'https://turnout.example',
};
const app = buildApp(parts as unknown as AppParts);
const described = describeApi(app, parts.publicUrl);

function operationsOf({ paths }: ApiDescription) {
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method];
      return operation === undefined ? [] : [{ name: `${method} ${path}`, path, operation }];
    }),
  );
}

describe('the description of the API', () => {
  it('is OpenAPI 3.1, and is served', async () => {
    const answer = await app.request(OPENAPI_PATH);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(described)));
    expect(described.openapi).toBe('3.1.0');
  });

  it('has every route that is mounted, and no other but the raw ones', () => {
    const mounted = new Set(
      app.routes
        .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1'))
        .map(({ method, path }) => `${method.toLowerCase()} ${asTemplate(path)}`),
    );
    const names = operationsOf(described).map(({ name }) => name);
    expect(mounted.size).toBeGreaterThan(30);
    expect(names.filter((name) => name.includes(' /api/')).sort()).toEqual([...mounted].sort());
    expect(names.filter((name) => !name.includes(' /api/')).sort()).toEqual([
      'get /livez',
      'get /metrics',
      'get /ofrep/v1/stream',
      'get /readyz',
      'get /sdk/v1/ruleset',
      'get /sdk/v1/stream',
      'post /client/v1/reports',
      'post /client/v1/values',
      'post /hooks/v1/{source}/{id}',
      'post /ofrep/v1/evaluate/flags',
      'post /ofrep/v1/evaluate/flags/{key}',
      'post /sdk/v1/bootstrap',
      'post /sdk/v1/receipts',
      'post /sdk/v1/reports',
    ]);
  });

  it('names for every operation the right that its guard asks for', () => {
    const known = new Set<unknown>([...RIGHTS, 'none', 'stream-token', 'hook-secret']);
    const without = operationsOf(described).filter(({ operation }) => !known.has(operation['x-right']));
    expect(without.map(({ name }) => name)).toEqual([]);
    const right = (name: string) => operationsOf(described).find((one) => one.name === name)?.operation['x-right'];
    expect(right('post /api/v1/projects')).toBe('root');
    expect(right('get /api/v1/projects/{project}/flags')).toBe('read');
    expect(right('post /api/v1/projects/{project}/environments/{environment}/flags/{flag}/kill')).toBe('kill');
    expect(right('post /api/v1/projects/{project}/environments/{environment}/keys')).toBe('admin');
  });

  it('names every parameter of every path, and says what each operation is for', () => {
    const lacking = operationsOf(described).flatMap(({ name, path, operation }) => {
      const named = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
      const isWhole = [...named].sort().join() === [...wanted].sort().join() && operation.summary;
      return isWhole ? [] : [name];
    });
    expect(lacking).toEqual([]);
  });

  it('names what is read of every request: the name of a POST, the version that was looked at, freezes passed', () => {
    const all = operationsOf(described).filter(({ path }) => path.startsWith('/api/'));
    const naming = (parameter: string) =>
      all
        .filter(({ operation }) => operation.parameters?.some(({ name }) => name === parameter))
        .map(({ name }) => name);
    const posts = all.filter(({ name, operation }) => name.startsWith('post ') && operation['x-right'] !== 'none');
    expect(naming('Idempotency-Key')).toEqual(posts.map(({ name }) => name));
    const versioned = naming('If-Match');
    expect(versioned.filter((name) => name.startsWith('get '))).toEqual([]);
    const puts = all.map(({ name }) => name).filter((name) => name.startsWith('put '));
    expect(puts.filter((name) => !versioned.includes(name))).toEqual([]);
    const project = '/api/v1/projects/{project}';
    expect(versioned).toContain(`post ${project}/requests/{request}/apply`);
    expect(versioned).toContain(`post ${project}/incidents/{id}/notes`);
    expect(versioned).not.toContain(`post ${project}/incidents`);
    expect(naming('overrideFreeze')).toContain(`post ${project}/rollouts`);
  });

  it('refers to nothing that it does not hold', () => {
    const schemas = (described.components as { schemas: Record<string, unknown> }).schemas;
    const refs = [...JSON.stringify(described).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
    expect(refs.filter((name) => !Object.hasOwn(schemas, name ?? ''))).toEqual([]);
  });
});

describe('the page to read', () => {
  it('has every operation of the description, and may load its style sheet and nothing else', async () => {
    const answer = await app.request(DOCS_PATH);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'");
    const page = await answer.text();
    const shown = [...page.matchAll(/<summary><b>([A-Z]+)<\/b> <code>([^<]+)<\/code>/g)];
    const names = shown.map(([, method = '', path]) => `${method.toLowerCase()} ${path}`);
    expect(names.sort()).toEqual(
      operationsOf(described)
        .map(({ name }) => name)
        .sort(),
    );
    expect((await app.request(`${DOCS_PATH}/style.css`)).headers.get('content-type')).toMatch(/^text\/css/);
  });
});

describe('what is not there', () => {
  it('is 404 with a problem that says where to look', async () => {
    const answer = await app.request('/api/v1/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'not_found', detail: expect.stringContaining(OPENAPI_PATH) });
  });

  it('is 405 where another method would be right, and names it', async () => {
    const answer = await app.request('/api/v1/projects/shop/environments', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, POST');
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
  });
});

describe('every answer', () => {
  it('is fenced in by its headers', async () => {
    for (const path of ['/api/v1/nothing', OPENAPI_PATH, '/api/v1/projects']) {
      const { headers } = await app.request(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('private, no-cache');
      expect(headers.get('vary')).toBe('Authorization, X-API-Key, Origin');
      expect(headers.get('strict-transport-security')).toMatch(/max-age/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
