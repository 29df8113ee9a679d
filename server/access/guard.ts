import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { Admission } from '../platform/admission.ts';
import type { Clock } from '../platform/clock.ts';
import { findUnstorable, takeBody } from '../platform/json-body.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { AccessList } from './access-list.ts';
import type { FreezeOverride } from './asking.ts';
import { faultsOf } from './field-faults.ts';
import { type Idempotency, requestIdOf } from './idempotency.ts';
import { arrivalOf, identifyRequest, patternOf } from './identify.ts';
import type { LastUsed } from './last-used.ts';
import { describeMissing, isAllowed, maySee, type Place, type Right, rightsOf, rightsWithin } from './permissions.ts';
import type { Principal } from './principal.ts';
import type { SecurityEvents } from './security-events.ts';
import { cookieWayOf, refuseForeign } from './session-cookie.ts';

export { bearerOf, patternOf, REFUSALS } from './identify.ts';
export type { Right } from './permissions.ts';

/** The project and, where the route names one, the environment that a request is about. */
export interface Scope {
  projectId: number;
  projectKey: string;
  environment?: { id: number; key: string; protected: boolean };
}

/** What the guard needs; `main.ts` builds it once and `app.ts` puts it into every request. */
export interface House {
  list: AccessList;
  clock: Clock;
  admission: Admission;
  idempotency: Idempotency;
  events: SecurityEvents;
  used: LastUsed;
  /** How many proxies in front are trusted to name the caller's address. */
  trustProxy: number;
  /** Under which address people open the screen; undefined where nobody said. */
  publicUrl: string | undefined;
}

export type HouseEnv = {
  Variables: {
    house: House;
    principal: Principal;
    scope: Scope;
    /** SHA-256 of principal, method, path and Idempotency-Key; only where the caller sent one. */
    requestId?: string;
    /** Whether the route said that it reads If-Match. */
    versioned?: true;
    /** The freezes in spite of which the caller goes on; only where they named some. */
    overridesFreeze?: FreezeOverride;
  };
};

/** A room's routes: what zod refuses becomes a problem that names each field by its JSON pointer. */
export function newRoutes(): OpenAPIHono<HouseEnv> {
  return new OpenAPIHono<HouseEnv>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw invalid(faultsOf(result.error.issues, result.target));
    },
  });
}

/** Who may come through a route with less than the whole project. */
export interface NeedOptions {
  /** A project-wide route that answers callers of one environment with what concerns theirs. */
  acrossEnvironments?: true;
  /** Whoever has the right in the whole installation comes through for a project that is not there, or archived, too. */
  archivedToo?: true;
  /** A POST that does the same when it comes twice, and must get through while the database is away. */
  withoutKeptAnswers?: true;
  /** How many bytes a body may have, where that is not what it is everywhere. */
  bodyLimit?: number;
  /** A body may be YAML too, which the route reads itself. */
  orYaml?: true;
  /** The route reads If-Match: only one that says so may, so that the documents name all that do. */
  versioned?: true;
}

/**
 * Lets a request through that has `right` where the route points. It finds out who asks, resolves project and
 * environment once, both from memory, reads the body within its bounds, and answers a repeated POST from what was
 * kept. 401 for nobody, 404 for what one may not see, 403 with the right that is missing.
 */
export function need(right: Right, options: NeedOptions = {}): MiddlewareHandler<HouseEnv> {
  const guard: MiddlewareHandler<HouseEnv> = async (c, next) => {
    const house = c.get('house');
    const principal = await identifyRequest(house, c, right === 'evaluate');
    c.set('principal', principal);
    if (options.versioned) c.set('versioned', true);
    const scope = options.archivedToo ? seekScope(house, c, principal, right) : resolveScope(house, c, principal);
    if (scope) c.set('scope', scope);
    requireRight(house, c, principal, right, scope, options);
    refuseUnstorable({ param: c.req.param(), query: c.req.query() });
    // Kill, SDK and evaluation stand under no limit of the admin API and never ask the database on the way in.
    const isAdminApi = right !== 'kill' && right !== 'ruleset' && right !== 'evaluate';
    if (isAdminApi) await house.admission.admitAdmin(principal.id);
    const body = await takeBody(c, options.bodyLimit, options.orYaml);
    if (right !== 'evaluate') refuseUnstorable(body?.value);
    const requestId = readRequestId(c, principal);
    if (requestId !== undefined) c.set('requestId', requestId);
    const override = readOverride(c, principal, right);
    if (override !== undefined) c.set('overridesFreeze', override);
    // What was only tried is no answer to what is done later under the same key.
    const isKept = isAdminApi && !options.withoutKeptAnswers && c.req.query('dryRun') !== 'true';
    if (requestId === undefined || !isKept) await next();
    else {
      const answer = await house.idempotency.once(principal, requestId, askedOf(c, body?.bytes), async () => {
        await next();
        return c.res;
      });
      if (answer !== c.res) return answer;
    }
    if (override?.used.length && c.res.ok && c.req.query('dryRun') !== 'true') {
      house.events.note(principal, 'freeze.overridden', patternOf(c));
    }
    return undefined;
  };
  rightsOfGuards.set(guard, right);
  if (options.versioned) versionedGuards.add(guard);
  return guard;
}

/**
 * Lets anybody through who is not made to come by another site: for signing in, where nobody can say yet who asks. The
 * body is read within its bounds, and no answer is kept.
 */
export function open(options: Pick<NeedOptions, 'bodyLimit'> = {}): MiddlewareHandler<HouseEnv> {
  const guard: MiddlewareHandler<HouseEnv> = async (c, next) => {
    const arrival = arrivalOf(c);
    refuseForeign(arrival, cookieWayOf(c.get('house').publicUrl, arrival), false);
    const body = await takeBody(c, options.bodyLimit ?? OPEN_BODY_LIMIT);
    refuseUnstorable(body?.value);
    await next();
  };
  rightsOfGuards.set(guard, 'none');
  return guard;
}

const OPEN_BODY_LIMIT = 16_384;

/** What a call asks for beside its path: the query is part of it, but not for how long its caller waits. */
function askedOf(c: Context, bytes: Uint8Array | undefined): Uint8Array | undefined {
  const { wait: _patience, ...query } = c.req.queries();
  const named = Object.entries(query).sort();
  if (named.length === 0) return bytes;
  return Buffer.concat([Buffer.from(JSON.stringify(named)), bytes ?? Buffer.alloc(0)]);
}

/** What a database cannot keep it cannot be asked for either. */
function refuseUnstorable(value: unknown): void {
  const fault = findUnstorable(value);
  if (fault) throw invalid([fault]);
}

const rightsOfGuards = new WeakMap<object, Right | 'none'>();

const versionedGuards = new WeakSet<object>();

/** Whether the route behind a mounted handler reads If-Match. */
export function readsVersion(handler: object): boolean {
  return versionedGuards.has(handler);
}

/** The right that a mounted handler asks for, where it is a guard: so that the documents name what is enforced. */
export function rightOfGuard(handler: object): Right | 'none' | undefined {
  return rightsOfGuards.get(handler);
}

/** An archived project is in no memory: whoever asks with a right that needs none of it is let through without a scope. */
function seekScope(house: House, c: Context, principal: Principal, right: Right): Scope | undefined {
  const isHere = house.list.findProject(c.req.param('project') ?? '') !== undefined;
  return !isHere && isAllowed(principal, right, {}) ? undefined : resolveScope(house, c, principal);
}

function resolveScope(house: House, c: Context, principal: Principal): Scope | undefined {
  const projectKey = c.req.param('project');
  if (projectKey === undefined) return scopeOfKey(house, principal);
  const project = house.list.findProject(projectKey);
  if (!project || !maySee(principal, { projectId: project.id })) {
    const seen = house.list.listProjects().filter(({ id }) => maySee(principal, { projectId: id }));
    throw new Problem('not_found', `There is no such project.${describeSeen(principal, seen)}`);
  }
  const scope = { projectId: project.id, projectKey: project.key };
  const environmentKey = c.req.param('environment');
  if (environmentKey === undefined) return scope;
  const row = house.list.findEnvironment(project.id, environmentKey);
  if (!row || !maySee(principal, { projectId: project.id, environmentId: row.id })) {
    const seen = house.list.listEnvironments().filter(({ id, projectId }) => {
      return projectId === project.id && maySee(principal, { projectId, environmentId: id });
    });
    throw new Problem('not_found', `There is no such environment.${describeSeen(principal, seen)}`);
  }
  return { ...scope, environment: { id: row.id, key: row.key, protected: row.protected } };
}

/** Enough to find one's typing error in; more than that nobody reads in a sentence. */
const MOST_NAMED = 20;

/** What there is instead, as far as the caller sees it. The keys of apps are in many hands, and hear nothing of it. */
function describeSeen(principal: Principal, seen: readonly { key: string }[]): string {
  const rights = rightsOf(principal);
  if (seen.length === 0 || !(rights.has('read') || rights.has('kill'))) return '';
  const named = seen.slice(0, MOST_NAMED).map(({ key }) => key);
  return ` You see: ${named.join(', ')}${seen.length > MOST_NAMED ? ', …' : ''}.`;
}

/** SDK routes name no environment: it is the key's own. */
function scopeOfKey(house: House, principal: Principal): Scope | undefined {
  if (principal.kind !== 'key') return undefined;
  const row = house.list.environmentById(principal.environmentId);
  if (!row) throw new Problem('not_found', 'The environment of this key is gone.');
  const environment = { id: row.id, key: row.key, protected: row.protected };
  return { projectId: row.projectId, projectKey: row.projectKey, environment };
}

function requireRight(
  house: House,
  c: Context,
  principal: Principal,
  right: Right,
  scope: Scope | undefined,
  options: NeedOptions,
): void {
  const place: Place = {
    ...(scope ? { projectId: scope.projectId } : {}),
    ...(scope?.environment ? { environmentId: scope.environment.id } : {}),
  };
  const has = options.acrossEnvironments
    ? rightsWithin(principal, place).has(right)
    : isAllowed(principal, right, place);
  if (has) return;
  house.events.note(principal, 'access.denied', patternOf(c));
  throw new Problem('forbidden', describeMissing(right, place));
}

/** More freezes than that hold nowhere at once. */
const MOST_OVERRIDDEN = 20;

/** `?overrideFreeze=<id>`, as often as there are freezes that hold. The door looks whether whoever asks may. */
function readOverride(c: Context, principal: Principal, right: Right): FreezeOverride | undefined {
  const ids = right === 'change' ? c.req.queries('overrideFreeze') : undefined;
  if (ids === undefined) return undefined;
  if (ids.length > MOST_OVERRIDDEN || ids.some((id) => id === '' || id.length > 64)) {
    throw invalid([{ path: '/query/overrideFreeze', code: 'bad_id', expected: 'the id of a freeze' }]);
  }
  return { ids, by: principal, used: [] };
}

function readRequestId(c: Context, principal: Principal): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || c.req.method !== 'POST') return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalid([
      { path: '/header/idempotency-key', code: 'bad_header', expected: '1 to 255 visible ASCII characters' },
    ]);
  }
  return requestIdOf(principal, c.req.method, c.req.path, key);
}
