import type { ErrorCode } from '@turnout/core';
import { Problem } from '../platform/problem.ts';
import { CONTEXT_ERROR, type ContextFault, ContextRefusal } from './context-refusal.ts';

/** What OFREP answers: a status, its headers and a body that is JSON already. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Undefined where the status has none (204, 304). */
  body: string | undefined;
}

/** The codes that OFREP 0.3.0 knows, for one flag as for all of them. */
export type FailureCode = Extract<
  ErrorCode,
  'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'GENERAL' | 'FLAG_NOT_FOUND'
>;

/**
 * Why a request got no answer. Every status carries the same three fields, for published clients read `key` and
 * `errorDetails` of a 401 or a 503 as they do of a 404, and break where one is missing. `key` is empty where the
 * request was for all flags.
 */
export class Failure extends Error {
  readonly status: number;
  readonly code: FailureCode;
  readonly retryAfterSeconds: number | undefined;
  /** What is wrong with a context token, for clients that act on it. */
  contextFault: ContextFault | undefined;

  /** `details` is a sentence for the caller: what is wrong and what would be right. */
  constructor(status: number, code: FailureCode, details: string, retryAfterSeconds?: number) {
    super(details);
    this.name = 'Failure';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The answer on the wire. `Retry-After` is always in seconds: a date makes one client pause for half an hour. */
  toAnswer(key: string): Answer {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (this.contextFault !== undefined) headers[CONTEXT_ERROR] = this.contextFault;
    if (this.retryAfterSeconds !== undefined) headers['Retry-After'] = String(this.retryAfterSeconds);
    const body = JSON.stringify({ key, errorCode: this.code, errorDetails: this.message });
    return { status: this.status, headers, body };
  }
}

/** Whatever went wrong as OFREP says it. Problems of the house keep their status; anything else is ours to look into. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Problem && error.status !== 500) {
    const wait = error.status === 429 || error.status === 503 ? (error.extra.retryAfterSeconds ?? 2) : undefined;
    const failure = new Failure(error.status, 'GENERAL', error.message, wait);
    if (error instanceof ContextRefusal) failure.contextFault = error.fault;
    return failure;
  }
  return new Failure(500, 'GENERAL', 'Something broke here; it is in the log of the server.');
}
