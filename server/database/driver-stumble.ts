/**
 * True for the one error that the Postgres driver throws where nobody can catch it: it puts off small writes by a turn,
 * and when the connection closes in that turn it writes to none (postgres 3.4.9, `nextWrite`). Whoever waited for the
 * query is told by the close of the connection; what is left is an error that would end a process whose database just
 * went away, which is when it is needed most. docs/decisions/0031
 */
export function isDriverStumble(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false;
  return /reading 'write'/.test(error.message) && /\bnextWrite\b.*[/\\]postgres[/\\]/.test(error.stack ?? '');
}
