import type { IncomingMessage, ServerResponse } from 'node:http';
import { asProblem, problemHeaders } from './answer-problem.ts';
import type { Problem } from './problem.ts';

/**
 * Answers a raw request with a problem, and says with which. Without `WWW-Authenticate`: those who come here are
 * programs, and a browser would show its users a dialogue.
 */
export function sendProblem(response: ServerResponse, error: unknown, headers: Record<string, string> = {}): Problem {
  const problem = asProblem(error);
  if (response.headersSent || response.destroyed) return problem;
  const body = Buffer.from(JSON.stringify(problem.toBody()));
  response.writeHead(problem.status, {
    ...problemHeaders(problem),
    'Content-Length': body.length,
    // What one caller was told is not kept for another.
    'Cache-Control': 'private, no-cache',
    Vary: 'Authorization, X-API-Key, Origin',
    ...headers,
  });
  response.end(body);
  return problem;
}

/** The path of a raw request, without its query and with one slash at its start. */
export function pathOf(request: IncomingMessage): string {
  const address = request.url ?? '/';
  const mark = address.indexOf('?');
  const path = mark < 0 ? address : address.slice(0, mark);
  return path.startsWith('//') ? path.replace(/^\/+/, '/') : path;
}
