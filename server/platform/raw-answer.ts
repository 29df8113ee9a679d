import type { IncomingMessage, ServerResponse } from 'node:http';
import { asProblem, problemHeaders } from './answer-problem.ts';
import type { Clock } from './clock.ts';
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

/** Who is told what became of raw requests. */
export interface RawWatch {
  clock: Pick<Clock, 'monotonic'>;
  /** Told of what should not happen; the caller gets a 500 that says nothing of it. */
  onError(error: unknown): void;
  /** Told of each answer, for metrics. The route is a pattern, never an address. */
  onAnswer(route: string, status: number, tookMs: number): void;
}

/**
 * Answers a raw POST: `take` does it and says with which status, and what it throws is answered with a problem.
 * `more` are headers of such a problem.
 */
export async function answerPost(
  { clock, onError, onAnswer }: RawWatch,
  route: string,
  [request, response]: [IncomingMessage, ServerResponse],
  take: () => Promise<number>,
  more: (error: unknown) => Record<string, string> = () => ({}),
): Promise<void> {
  const begun = clock.monotonic();
  let status: number;
  try {
    status = await take();
  } catch (error) {
    const problem = sendProblem(response, error, {
      ...(request.method === 'POST' ? {} : { Allow: 'POST' }),
      // What was not read of a body must not be taken for the next request.
      ...(request.complete ? {} : { Connection: 'close' }),
      ...more(error),
    });
    status = problem.status;
    if (status === 500) onError(error);
  }
  onAnswer(route, status, clock.monotonic() - begun);
}
