import { type Bootstrap, type Context, writeBootstrap } from '@turnout/core';
import type { KeyPrincipal } from '../access/principal.ts';
import { RawPost, type RawPostParts } from '../access/raw-post.ts';
import { type FieldFault, invalid, type Problem } from '../platform/problem.ts';
import { readRawJson } from '../platform/raw-body.ts';
import { evaluateVisible } from './answer-flags.ts';
import type { EvaluationCounts } from './evaluation-counts.ts';
import { loadFlags } from './load-flags.ts';
import type { NodeFlags } from './ofrep.ts';

/** What sending a page its first values needs; all of it is memory. */
export interface BootstrapParts {
  flags: Pick<NodeFlags, 'served' | 'load' | 'ageMs'>;
  counts: EvaluationCounts;
}

type Place = Pick<KeyPrincipal, 'projectId' | 'environmentId'>;

/** A context is what an app knows of one visitor. */
const BOUNDS = { what: 'A context', mostBytes: 65_536 };

/**
 * `POST /sdk/v1/bootstrap`: what a page is to be sent of its flags, for servers that have no client of ours. The key is
 * a server's, for the context is believed as it comes.
 */
export function bootstrapProtocol({ flags, counts, ...parts }: BootstrapParts & RawPostParts): RawPost {
  return new RawPost(parts, {
    ...{ path: '/sdk/v1/bootstrap', what: 'Contexts', status: 200 },
    take: async (key, request) => {
      const context = readQuestion(await readRawJson(request, BOUNDS));
      return JSON.stringify(await evaluatePage({ flags, counts }, key, context));
    },
  });
}

/** The values of one visitor of an environment, as a page is sent them. Throws 503 where they cannot be had. */
export async function evaluatePage(parts: BootstrapParts, place: Place, context: Context): Promise<Bootstrap> {
  const served = parts.flags.served(place.environmentId) ?? (await loadFlags(parts.flags, place.environmentId));
  const { bulk } = parts.counts.of(place);
  const answers = evaluateVisible(served, context, parts.flags.ageMs(place.environmentId));
  for (const answer of answers) bulk.count(answer);
  return writeBootstrap(served.position, context, answers);
}

function readQuestion(body: unknown): Context {
  const { context } = isObject(body) ? body : {};
  if (!isObject(context)) throw wrong('/context', 'an object, {} for nobody in particular');
  const key = Object.hasOwn(context, 'targetingKey') ? context.targetingKey : undefined;
  if (key !== undefined && typeof key !== 'string') throw wrong('/context/targetingKey', 'text, or nothing');
  return context as Context;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, expected: string): Problem {
  const fault: FieldFault = { path, code: 'invalid_type', expected };
  return invalid([fault]);
}
