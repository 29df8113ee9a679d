import { HTTPException } from 'hono/http-exception';
import { asDatabaseProblem } from './database-problem.ts';
import { Problem } from './problem.ts';

/**
 * What a caller is told of an error. A problem says what it is; anything else is 500 without details, for they may
 * hold what the caller must not see.
 */
export function answerProblem(error: unknown): Response {
  const problem = asProblem(error);
  const headers = { ...problemHeaders(problem), ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}) };
  return new Response(JSON.stringify(problem.toBody()), { status: problem.status, headers });
}

/** `Retry-After` is always in seconds: some clients take a date for half an hour. */
export function problemHeaders({ extra: { retryAfterSeconds } }: Problem): Record<string, string> {
  return {
    'Content-Type': 'application/problem+json',
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  };
}

/** Any error as a problem; one that nobody foresaw is `internal`. */
export function asProblem(caught: unknown): Problem {
  const error = asDatabaseProblem(caught);
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    if (error.status === 415) return new Problem('bad_media_type', 'Send JSON, with Content-Type: application/json.');
    if (error.status < 500) return new Problem('bad_request', error.message || 'The request cannot be read.');
  }
  return new Problem('internal', 'Something broke here. It is in the log of this node.', { cause: error });
}
