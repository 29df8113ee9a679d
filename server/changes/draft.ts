import type { z } from '@hono/zod-openapi';
import type { EnvironmentPlace } from '../access/asking.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { Work } from './door.ts';

/** A call that was written down to be made later, as its kind finds it. */
export interface DraftCall<Body> {
  projectId: number;
  /** The environment that the path names; throws where it names none. */
  place(): EnvironmentPlace;
  /** What the names in the path stand for: `{flag: 'new-cart'}`. */
  params: Readonly<Record<string, string>>;
  body: Body;
  /** The version that its author believed to change. */
  base: number | undefined;
  /** Names of what is new in it, the same whenever it is tried. */
  names: { salt(): string; ruleId(): string; id(): string };
  /** Actor of whoever wrote it, or put it aboard a train; and the people whose approval of it does not count. */
  by?: string;
  authors?: readonly string[];
  /** It leaves at once, past all that is not marked as always: said by a train, and by no body. */
  expedited?: true;
}

/** What a call would do. */
export interface DraftPlan {
  action: string;
  subject: string;
  /** What its version is one of, where that is not its subject: `flag/new-cart`. */
  changes?: string;
  /** Which environments' rulesets it may alter. */
  alters: 'environment' | 'all' | 'nothing';
  /** The version of what it changes, as it is now; undefined where it makes something new, or there is nothing. */
  version(db: Db | Tx): Promise<number | undefined>;
  /** What it comes to does not tell all: an approval is bound to the version too, also over a rebase. */
  bindsVersion?: true;
  /** Shown once, in the answer to whoever applies it. */
  secret?: string;
  work: Work<unknown>;
}

/** A call of the API that can wait in a request until it is approved. Each room says which of its calls can. */
export interface DraftKind<Body = unknown> {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the project: `/environments/{environment}/flags/{flag}`. */
  path: string;
  /** What the call itself takes. */
  body: z.ZodType<Body>;
  /** It takes away what protects, so a second admin must agree. */
  protection?: true;
  plan(call: DraftCall<Body>): DraftPlan;
}

/** Lets the compiler hold a kind's plan against its body. */
export const draftKind = <Body>(kind: DraftKind<Body>): DraftKind => kind as DraftKind;
