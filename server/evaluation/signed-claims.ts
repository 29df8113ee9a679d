import type { Context, JsonValue } from '@turnout/core';
import type { ContextRule } from '../access/context-rule.ts';

/** What a page may call somebody. Each split hashes all of it, and a page asks for every flag at once. */
export const LONGEST_TARGETING_KEY = 512;

/** Whom a token that was found good speaks of. */
export interface SignedClaims {
  /** Its `sub` as targetingKey, and every claim of its own as an attribute. */
  context: Context;
  /** The same as text: two tokens that say the same have the same. */
  text: string;
}

/** What JWT itself gives a meaning to says nothing of a visitor but who they are. */
const REGISTERED = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

/** Reads the claims of a token; undefined where its `sub` names nobody. */
export function readClaims(payload: object): SignedClaims | undefined {
  const members = Object.entries(payload) as [string, JsonValue][];
  const subject = members.find(([name]) => name === 'sub')?.[1];
  if (typeof subject !== 'string' || subject === '' || subject.length > LONGEST_TARGETING_KEY) return undefined;
  const attributes = members.filter(([name]) => !REGISTERED.has(name));
  const context: Context = Object.fromEntries([...attributes, ['targetingKey', subject]]);
  return { context, text: JSON.stringify(context) };
}

/** The context that is evaluated: of what a request says itself only what the rule lists, and the token's word first. */
export function layClaims({ bodyAttributes }: ContextRule, { context }: SignedClaims, given: Context): Context {
  const listed = bodyAttributes.filter((name) => Object.hasOwn(given, name));
  if (listed.length === 0) return context;
  return Object.fromEntries([...listed.map((name) => [name, given[name]] as const), ...Object.entries(context)]);
}
