import { isUtf8 } from 'node:buffer';
import type { Context } from '@turnout/core';
import { DEPTH_LIMIT } from '../platform/json-body.ts';
import { isTooDeep } from '../platform/json-depth.ts';
import { Failure } from './failure.ts';
import { LONGEST_TARGETING_KEY } from './signed-claims.ts';

const NO_CONTEXT: Context = {};

/**
 * Reads the context that a body gives. No body, an empty one and one without a context all mean the empty context:
 * published clients send each of them. Throws the failure that any other body gets. What comes with a client key may be
 * hostile, and its targetingKey is bounded.
 */
export function readContext(bytes: Buffer, sight: 'client' | 'server'): Context {
  if (bytes.length === 0) return NO_CONTEXT;
  if (isTooDeep(bytes, DEPTH_LIMIT)) {
    throw new Failure(400, 'PARSE_ERROR', `Arrays and objects may be nested ${DEPTH_LIMIT} deep at most.`);
  }
  if (!isUtf8(bytes)) throw new Failure(400, 'PARSE_ERROR', 'The body holds bytes that are not UTF-8.');
  const body = parse(bytes.toString('utf8'));
  if (body === null || body === undefined) return NO_CONTEXT;
  if (!isPlainObject(body)) {
    throw new Failure(400, 'PARSE_ERROR', 'The body must be a JSON object: {"context": {"targetingKey": "…", …}}.');
  }
  const context = Object.hasOwn(body, 'context') ? body.context : undefined;
  if (context === null || context === undefined) return NO_CONTEXT;
  if (!isPlainObject(context)) throw new Failure(400, 'INVALID_CONTEXT', 'context must be a JSON object.');
  return checkTargetingKey(context, sight === 'client' ? LONGEST_TARGETING_KEY : bytes.length);
}

function checkTargetingKey(context: Record<string, unknown>, longest: number): Context {
  const key = Object.hasOwn(context, 'targetingKey') ? context.targetingKey : undefined;
  if (typeof key === 'string' && key.length > longest) {
    const limit = `${longest} characters at most with a client key`;
    throw new Failure(400, 'INVALID_CONTEXT', `context.targetingKey may have ${limit}.`);
  }
  if (key === undefined || typeof key === 'string') return context as Context;
  if (key !== null) throw new Failure(400, 'INVALID_CONTEXT', 'context.targetingKey must be a string.');
  const { targetingKey: _, ...rest } = context;
  return rest as Context;
}

function parse(text: string): unknown {
  // A body of spaces is an empty one.
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(400, 'PARSE_ERROR', 'The body is not JSON.');
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
