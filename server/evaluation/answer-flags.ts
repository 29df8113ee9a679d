import { hash } from 'node:crypto';
import { type Compiled, type Context, type Evaluation, evaluate, type Flag } from '@turnout/core';
import type { Served } from '../delivery/served.ts';
import type { AnswerCounter, EvaluationCounts } from './evaluation-counts.ts';
import { type Answer, Failure } from './failure.ts';
import { nameState } from './newer-flags.ts';
import type { Sender } from './sender.ts';
import type { SignedClaims } from './signed-claims.ts';
import { type Sight, seenFlags, type WrittenFlag, writtenFlags } from './written-flags.ts';

/** The flags of the sender's environment as this node serves them now. */
export interface Ground {
  served: Served;
  sender: Sender;
  /** What a verified token says; undefined where contexts are open. */
  claims: SignedClaims | undefined;
  /** How long ago this node last confirmed them with the database. */
  ageMs: number;
  /** What is answered is counted here. */
  counts: ReturnType<EvaluationCounts['of']>;
}

/** Grows when the same flags and context begin to give other bytes, so that no client keeps the older ones. */
const FORMAT = '2';

/** Evaluates one flag. A flag that this sender may not see is answered as one that does not exist. */
export function answerOne(ground: Ground, key: string, context: Context): Answer {
  const { served, sender, ageMs, counts } = ground;
  const found = writtenFlags(served.compiled).byKey.get(key);
  if (found === undefined || (sender.keyKind === 'client' && !found.flag.clientVisible)) {
    throw new Failure(404, 'FLAG_NOT_FOUND', 'No flag of this environment has this key.');
  }
  const evaluation = evaluateAged(served.compiled, found, context, ageMs);
  counts.asked.count(evaluation);
  return {
    status: evaluation.errorCode === undefined ? 200 : 400,
    headers: { 'Content-Type': 'application/json', 'Turnout-Age-Ms': wholeMs(ageMs) },
    body: found.texts.write(evaluation),
  };
}

/**
 * Names what a bulk answer depends on. Two requests with the same tag get the same answer, so a request that brings
 * its tag back is answered before anything is parsed or evaluated. The body stands in it as it was sent: a client
 * that changes an attribute still sends the old tag. So does what a token says: the same body may come with another's.
 */
export function bulkTag(ground: Ground, body: Buffer, tokenSlot: number): string {
  const { served, sender, claims, ageMs } = ground;
  const tooOld = countTooOld(served, sender.keyKind, ageMs);
  const parts = [FORMAT, nameState(served), sender.id, tokenSlot, tooOld, served.environmentId];
  if (claims !== undefined) parts.push(JSON.stringify([claims.text, sender.context?.bodyAttributes]));
  return `"${hash('sha256', `${parts.join(' ')}\n${body.toString('latin1')}`, 'base64url')}"`;
}

/** Evaluates every flag that the sender may see. `requestUri` is the address of its event stream. */
export function answerAll(ground: Ground, context: Context, tag: string, requestUri: string): Answer {
  const { served, sender, ageMs } = ground;
  const seen = seenFlags(writtenFlags(served.compiled), sender.keyKind);
  const stale = countTooOld(served, sender.keyKind, ageMs) > 0;
  const { bulk } = ground.counts;
  const items = stale
    ? writeAging(served.compiled, seen, context, ageMs, bulk)
    : writeAll(served.compiled, seen, context, bulk);
  const stream = `{"type":"sse","endpoint":{"requestUri":"${requestUri}"},"inactivityDelaySec":120}`;
  const age = `"ageMs":${wholeMs(ageMs)}${stale ? ',"stale":true' : ''}`;
  const metadata = `{"state":"${nameState(served)}","position":"${served.position}",${age}}`;
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', ETag: tag, 'Turnout-Age-Ms': wholeMs(ageMs) },
    body: `{"flags":[${items}],"eventStreams":[${stream}],"metadata":${metadata}}`,
  };
}

/** The items of all flags that a page may see, by key. */
export function evaluateItems(ground: Ground, context: Context): Map<string, string> {
  const { served, ageMs, counts } = ground;
  return new Map(
    writtenFlags(served.compiled).visible.map((one) => {
      const evaluation = evaluateAged(served.compiled, one, context, ageMs);
      counts.bulk.count(evaluation);
      return [one.key, one.texts.write(evaluation)];
    }),
  );
}

/** Names what values depend on beside the state of the flags: for whom, by which key, and what has become too old. */
export function valuesTag({ served, sender, ageMs }: Ground, context: Context): string {
  const tooOld = countTooOld(served, sender.keyKind, ageMs);
  const parts = [FORMAT, sender.id, served.environmentId, tooOld, JSON.stringify(context)];
  return hash('sha256', parts.join(' '), 'base64url');
}

/** The answers of all flags that a page may see, in the order of their keys. */
export function evaluateVisible(served: Served, context: Context, ageMs: number): Evaluation[] {
  return writtenFlags(served.compiled).visible.map((one) => evaluateAged(served.compiled, one, context, ageMs));
}

/** The answer to a request that has all of this already. */
export function answerUnchanged(ground: Ground, tag: string): Answer {
  return { status: 304, headers: { ETag: tag, 'Turnout-Age-Ms': wholeMs(ground.ageMs) }, body: undefined };
}

/** True when a request's If-None-Match names the tag, weak or strong, alone or in a list. */
export function namesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  return ifNoneMatch?.includes(tag) ?? false;
}

// A string grows by reference; the pieces are copied once, when the socket takes them.
function writeAll(compiled: Compiled, flags: readonly WrittenFlag[], context: Context, counts: AnswerCounter): string {
  let items = '';
  for (const one of flags) {
    const evaluation = evaluate(compiled, one.key, context);
    counts.count(evaluation);
    const text = one.texts.write(evaluation);
    items = items === '' ? text : `${items},${text}`;
  }
  return items;
}

function writeAging(
  compiled: Compiled,
  flags: readonly WrittenFlag[],
  context: Context,
  ageMs: number,
  counts: AnswerCounter,
): string {
  const write = (one: WrittenFlag) => {
    const evaluation = evaluateAged(compiled, one, context, ageMs);
    counts.count(evaluation);
    return one.texts.write(evaluation);
  };
  return flags.map(write).join(',');
}

/**
 * An OFREP client knows no age of a flag, so the node keeps the staleness contract for it: a flag that is to be off
 * when it is too old gives its off variant.
 */
function evaluateAged(compiled: Compiled, { key, flag }: WrittenFlag, context: Context, ageMs: number): Evaluation {
  const evaluation = evaluate(compiled, key, context);
  if (flag.whenStale !== 'off' || flag.maxStalenessMs === undefined || ageMs <= flag.maxStalenessMs) return evaluation;
  return evaluation.errorCode === undefined ? turnOff(evaluation, flag) : evaluation;
}

function turnOff({ key, metadata }: Evaluation, flag: Flag): Evaluation {
  const variant = flag.offVariant;
  const value = variant !== null && Object.hasOwn(flag.variants, variant) ? flag.variants[variant] : undefined;
  if (variant === null || value === undefined) return { key, reason: 'DISABLED', metadata };
  return { key, value, variant, reason: 'DISABLED', metadata };
}

/** How many of the ages at which a flag becomes too old have been passed: 0 while everything is fresh. */
export function countTooOld(served: Served, sight: Sight, ageMs: number): number {
  const flags = writtenFlags(served.compiled);
  const limits = sight === 'client' ? flags.visibleLimits : flags.everyLimits;
  return limits.reduce((count, limit) => count + (ageMs > limit ? 1 : 0), 0);
}

function wholeMs(ms: number): string {
  return Number.isFinite(ms) ? String(Math.max(0, Math.round(ms))) : '-1';
}
