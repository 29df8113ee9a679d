import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { type House, type HouseEnv, newRoutes, patternOf } from './access/guard.ts';
import { DOCS_STYLE, writeDocsPage } from './docs-page.ts';
import { type ApiDescription, describeApi } from './openapi.ts';
import { answerProblem, asProblem } from './platform/answer-problem.ts';
import type { Logger } from './platform/logger.ts';
import { Problem } from './platform/problem.ts';

/** The routes of a room and where they are mounted below `/api/v1`. */
export interface Room {
  path: string;
  routes: OpenAPIHono<HouseEnv>;
}

export interface AppParts {
  house: House;
  rooms: readonly Room[];
  logger: Logger;
  /** `/metrics`; undefined where it has a port of its own. */
  metricsRoutes: OpenAPIHono<HouseEnv> | undefined;
  /** Told of each answer, for metrics; `route` is a pattern. */
  onAnswer(method: string, route: string, status: number, tookMs: number): void;
  /** Under which address callers reach this server; undefined where nobody said. */
  publicUrl: string | undefined;
}

export const API = '/api/v1';
export const OPENAPI_PATH = '/api/openapi.json';
export const DOCS_PATH = '/api/docs';
const STYLE_PATH = `${DOCS_PATH}/style.css`;
/** A page may have its style sheet, and nothing else. */
const PAGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/** Everything that is not taken as a raw request: the admin API, its description, and problems for the rest. */
export function buildApp(parts: AppParts): OpenAPIHono<HouseEnv> {
  const app = newRoutes();
  app.use('*', secureHeaders(parts.publicUrl), record(parts), async (c, next) => {
    c.set('house', parts.house);
    await next();
  });
  for (const { path, routes } of parts.rooms) app.route(`${API}${path}`, routes);
  if (parts.metricsRoutes) app.route('/metrics', parts.metricsRoutes);
  describeItself(app, parts.publicUrl);
  app.notFound((c) => answerMissing(app, c.req.method, c.req.path));
  app.onError((error) => answerProblem(error));
  return app;
}

/** The description for programs, and the same as a page. */
function describeItself(app: OpenAPIHono<HouseEnv>, publicUrl: string | undefined): void {
  let description: ApiDescription | undefined;
  const describe = () => {
    description ??= describeApi(app, publicUrl);
    return description;
  };
  app.get(OPENAPI_PATH, (c) => c.json(describe()));
  // Relative, so that both are found below the path of a PUBLIC_URL too.
  app.get(DOCS_PATH, (c) => {
    c.header('Content-Security-Policy', PAGE_POLICY);
    return c.html(writeDocsPage(describe(), 'openapi.json', 'docs/style.css'));
  });
  app.get(STYLE_PATH, (c) => c.body(DOCS_STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
}

/** No page is made of any answer but one, nothing here may be framed, and what one caller was told is not kept for another. */
function secureHeaders(publicUrl: string | undefined): MiddlewareHandler {
  const always: Record<string, string> = {
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'private, no-cache',
    Vary: 'Authorization, X-API-Key, Origin',
    ...(publicUrl?.startsWith('https:') ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(always)) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
}

/** A line for what changed or broke, by the route's pattern; what was only read is for those who look closely. */
function record({ logger, house, onAnswer }: AppParts): MiddlewareHandler<HouseEnv> {
  return async (c, next) => {
    const from = house.clock.monotonic();
    await next();
    const tookMs = Math.round((house.clock.monotonic() - from) * 10) / 10;
    const [method = '', route = ''] = patternOf(c).split(' ');
    const { status } = c.res;
    onAnswer(method, route, status, tookMs);
    const fields = { method, route, status, tookMs };
    if (c.error && asProblem(c.error).code === 'internal')
      logger.error({ ...fields, error: c.error }, 'a request broke');
    else if (method === 'GET' || method === 'HEAD' || isInHouse(c)) logger.debug(fields, 'answered');
    else logger.info(fields, 'answered');
  };
}

/** What the house asks of itself, without a port, is no news. */
export const IN_HOUSE = { inHouse: true };

function isInHouse(c: Context): boolean {
  return (c.env as Partial<typeof IN_HOUSE> | undefined)?.inHouse === true;
}

/** 405 where another method would be right, which it names; 404 otherwise. */
function answerMissing(app: OpenAPIHono<HouseEnv>, method: string, path: string): Response {
  const offered = methodsOf(app, path).join(', ');
  if (offered === '') {
    const detail = `There is nothing at this address. Those that there are: ${OPENAPI_PATH}, or ${DOCS_PATH} to read.`;
    return answerProblem(new Problem('not_found', detail));
  }
  const answer = answerProblem(
    new Problem('method_not_allowed', `${method} is not offered here. Offered: ${offered}.`),
  );
  answer.headers.set('Allow', offered);
  return answer;
}

function methodsOf(app: OpenAPIHono<HouseEnv>, path: string): string[] {
  const asked = path.split('/');
  const found = app.routes
    .filter((route) => route.method !== 'ALL' && matches(route.path.split('/'), asked))
    .map((route) => route.method);
  return [...new Set(found)].sort();
}

function matches(pattern: readonly string[], asked: readonly string[]): boolean {
  return pattern.length === asked.length && pattern.every((part, at) => part.startsWith(':') || part === asked[at]);
}
