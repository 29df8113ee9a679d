import type { OpenAPIHono } from '@hono/zod-openapi';
import { type HouseEnv, type Right, readsVersion, rightOfGuard } from './access/guard.ts';
import { RAW_PATHS } from './raw-paths.ts';

/** Who may call an operation: a right of the guards, or nobody in particular. Written as `x-right`. */
export type OperationRight = Right | 'none' | 'stream-token' | 'hook-secret';

interface Parameter {
  name: string;
  in: string;
}

/** The parts of an operation that are looked at here. */
export interface Operation {
  summary?: string;
  parameters?: Parameter[];
  'x-right'?: OperationRight;
  [field: string]: unknown;
}

export interface ApiDescription {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  [field: string]: unknown;
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

const ABOUT = {
  title: 'Turnout',
  version: '1',
  description:
    'Feature flags with proof. Send `Authorization: Bearer <token or key>`; pages of the screen send the cookie of their ' +
    'session, which is good for nothing else. Errors are problems (RFC 9457) with a closed list of codes; fields are ' +
    'named by JSON pointers. `x-right` says which right an operation asks for.',
};

/** OpenAPI 3.1 of everything that this server answers: what is mounted, and the raw protocols beside it. */
export function describeApi(app: OpenAPIHono<HouseEnv>, publicUrl: string | undefined): ApiDescription {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  const name = publicUrl?.startsWith('https:') ? '__Host-turnout' : 'turnout';
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name });
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: ABOUT,
    ...(publicUrl === undefined ? {} : { servers: [{ url: publicUrl }] }),
    security: [{ bearer: [] }, { session: [] }],
  });
  const described: ApiDescription = JSON.parse(JSON.stringify(document));
  const guards = mountedGuards(app);
  for (const [path, operations] of Object.entries(described.paths)) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const guard = guards.get(`${method} ${path}`);
      if (guard !== undefined) operation['x-right'] = guard.right;
      if (guard?.right === 'none') operation.security = [];
      operation.parameters = withPathParameters(path, operation.parameters ?? []);
      if (guard !== undefined) operation.parameters.push(...readByGuard(method, guard));
    }
  }
  described.paths = { ...described.paths, ...RAW_PATHS };
  return described;
}

interface Guard {
  right: Right | 'none';
  versioned: boolean;
}

/** The guard of each mounted route, by `get /api/v1/projects/{project}`. */
function mountedGuards(app: OpenAPIHono<HouseEnv>): Map<string, Guard> {
  const guards = new Map<string, Guard>();
  for (const { method, path, handler } of app.routes) {
    const right = rightOfGuard(handler);
    if (right === undefined) continue;
    guards.set(`${method.toLowerCase()} ${asTemplate(path)}`, { right, versioned: readsVersion(handler) });
  }
  return guards;
}

/** What guards read of a request, whichever room it is of. */
function readByGuard(method: string, { right, versioned }: Guard): Parameter[] {
  return [
    ...(method === 'post' && right !== 'none' ? [IDEMPOTENCY_KEY] : []),
    ...(versioned ? [method === 'put' ? IF_MATCH_OF_PUT : IF_MATCH] : []),
    ...(method !== 'get' && right === 'change' ? [OVERRIDE] : []),
  ];
}

/** `/projects/:project` as OpenAPI writes it: `/projects/{project}`. */
export function asTemplate(path: string): string {
  return path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
}

/** Rooms are mounted below parameters that their own routes do not name; an operation must name them all. */
function withPathParameters(path: string, named: Parameter[]): Parameter[] {
  const known = new Set(named.filter((one) => one.in === 'path').map((one) => one.name));
  const inPath = [...path.matchAll(/\{([A-Za-z]+)\}/g)].map((match) => match[1] ?? '');
  const added = inPath
    .filter((name) => !known.has(name))
    .map((name) => ({
      name,
      in: 'path',
      required: true,
      description: MEANINGS[name] ?? '',
      schema: { type: 'string' },
    }));
  return [...added, ...named];
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A name of this request, of its caller’s choice: sent again within 24 hours with the same body, it is done once and ' +
    'answered the same, but for secrets; with another body it is refused (422)',
  schema: { type: 'string', maxLength: 255 },
};
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'The ETag of what was looked at, such as "v7": where it is another by now, it is refused (412), and `current` is the newer one',
  schema: { type: 'string' },
};
const IF_MATCH_OF_PUT = {
  ...IF_MATCH,
  description: `${IF_MATCH.description}. PUT replaces everything and is refused without it (428); * replaces whatever is there`,
};

/** What every change may say. */
const OVERRIDE = {
  name: 'overrideFreeze',
  in: 'query',
  required: false,
  description:
    'The id of a freeze in spite of which this is done; may be given several times. It takes the role that the freeze ' +
    'names and a reason, and is in the log',
  schema: { type: 'array', items: { type: 'string', maxLength: 64 } },
};

const MEANINGS: Record<string, string> = {
  project: 'The key of a project',
  environment: 'The key of an environment of the project',
  flag: 'The key of a flag of the project',
  segment: 'The key of a segment of the environment',
  id: 'The id that the list shows',
};
