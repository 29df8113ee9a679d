import { Problem } from './problem.ts';

/** The SQLSTATE of an error, however deep the drivers wrapped it. */
export function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  '57P01',
  '57P02',
  '57P03',
  // The server ended a transaction in which nothing was asked for too long.
  '25P03',
  '08000',
  '08003',
  '08006',
]);

/** Names what went wrong between us and the database, as a problem; any other error comes back as it was. */
export function asDatabaseProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const code = sqlState(error);
  if (code === '55P03' || code === '40P01' || code === '40001') {
    return new Problem('busy', 'Another change holds this environment. Nothing was changed; try again.', {
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  if (code !== undefined && UNREACHABLE.has(code)) {
    return new Problem(
      'database_unavailable',
      'The database cannot be reached, so nothing can be changed but by kill. Evaluation goes on.',
      { retryAfterSeconds: 2, cause: error },
    );
  }
  return error;
}
