export type { ChangeReceipt, Committed } from '../platform/committed.ts';

import type { JsonValue, Ruleset } from '@turnout/core';
import type { ApprovalRule } from '../access/approval-rule.ts';
import type { FreezeOverride } from '../access/asking.ts';
import type { ActingPrincipal } from '../access/principal.ts';
import type { Db, Tx } from '../database/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { Problem } from '../platform/problem.ts';
import type { Doorbell } from './doorbell.ts';

/** An environment's row as it is under the lock. */
export interface LockedEnvironment {
  id: number;
  projectId: number;
  projectKey: string;
  key: string;
  protected: boolean;
  epoch: string;
  revision: number;
  digest: string;
  shedLevel: number;
  /** Who must approve what grows there while it is protected; null is one release manager. */
  approvals: ApprovalRule | null;
}

/** The part of a ruleset that a change touched: what must be read again to know the ruleset after it. */
export interface Touched {
  flags: string[];
  segments: string[];
  /** True where more may have changed than can be named: the whole ruleset is read again. */
  everything?: boolean;
}

/**
 * Reads an environment's ruleset inside a transaction. With `basis` only what was touched is read again and the rest
 * keeps its identity; the answer carries the row's epoch, revision and shed level.
 */
export type ReadRuleset = (
  tx: Tx,
  environment: LockedEnvironment,
  basis?: { ruleset: Ruleset; touched: Touched },
) => Promise<Ruleset>;

export type Direction = 'safe' | 'growing' | 'none';

/** What a check sees of one environment: its ruleset before and after, and which way the change goes. */
export interface EnvironmentStep {
  environment: LockedEnvironment;
  before: Ruleset;
  after: Ruleset;
  direction: Direction;
  /**
   * True where the same actor takes back, within a minute, what they just did towards safe, and the environment has
   * not moved since: then growing needs no more than what they did needed. Computed by the door from `takesBack`.
   */
  grace?: true;
}

/** Runs inside the transaction, after the locks; a problem undoes everything. */
export type Check = (tx: Tx, change: ChangeOrder, steps: EnvironmentStep[]) => Promise<Problem | undefined>;

/** What the door needs; `main.ts` builds it once. */
export interface Door {
  db: Db;
  clock: Clock;
  doorbell: Doorbell;
  readRuleset: ReadRuleset;
  /** In this order. */
  checks: Check[];
  /** Commits the unsettled kills that this node holds for these environments, before anything else changes there. */
  settleFirst(environmentIds: number[]): Promise<void>;
  /** A door for dry runs: everything is done and then rolled back, and nobody hears of it (`rehearse.ts`). */
  rehearses?: true;
}

/** Who changes what, and where it will be seen. */
export interface ChangeOrder {
  projectId: number;
  /** The environments whose rulesets it alters. Empty for keys, tokens and other things outside of rulesets. */
  environmentIds: number[];
  principal: ActingPrincipal;
  /** Overrides how the actor is written, for kills that are recorded later by a node. */
  actor?: string;
  /** `flag.on`, `flag.update`, `segment.create`, `key.revoke` … */
  action: string;
  /** `flag/new-cart`, `environment/production` … */
  subject: string;
  reason?: string;
  /** SHA-256 of principal, method, path and Idempotency-Key: the same request commits once. */
  requestId?: string;
  killId?: string;
  /** The change that this one undoes, for the log. */
  undoes?: number;
  /** Set only for what a node took and checked before, and records now: kills, to which `settleFirst` leads, and revocations. */
  settling?: true;
  /** True where keys, tokens, projects or environments change: the access revision grows. */
  access?: true;
  /**
   * A run goes back to its anchor, which is towards safe whatever the two rulesets say: the policy that started it was
   * allowed to. Set by the use case that rolls back, never by a request.
   */
  toAnchor?: true;
  /**
   * A chemspill: a release manager and a second person let it leave although a freeze holds, or glass was broken for it. Set
   * by the use case that lets it leave, never by a request.
   */
  pastFreeze?: true;
  /**
   * The approved request that this change carries out, or those that went aboard a train, which are known once its
   * work is done; checked inside the transaction.
   */
  approved?: { request: string } | { requests(): readonly string[] };
  /** Somebody goes on in spite of freezes; whether they may is checked inside the transaction, and kept in the log. */
  overridesFreeze?: FreezeOverride;
  /** The lease under which an automatic actor works, with its fencing token; checked inside the transaction. */
  lease?: { name: string; token: number };
  /**
   * Where no ruleset is altered: the environment in which whoever does it needs the role; left out where they need it in
   * the whole project.
   */
  within?: number;
}

/** A rollout that a change starts. No ruleset says by what it goes on, so whoever approves of the change is told here. */
export interface StartedRollout {
  flag: string;
  target: string;
  from: string;
  to: string;
  commit: string | null;
  policy: { key: string; version: number };
  /** The environments of its path, in order. */
  path: string[];
  /** SHA-256 of what it acts by, by name: `policy`, `metric/checkout.error`, `source/prometheus`. */
  actsBy: Record<string, string>;
}

/** What a use case gives back from inside the transaction. */
export interface Written<T> {
  result: T;
  touched: Touched;
  /** The subject before and after, as the log keeps it. Never a secret. */
  before?: JsonValue;
  after?: JsonValue;
  /** The id of the change whose effect this one takes back (an undo, a restore): it may have a minute of grace. */
  takesBack?: number;
  /** Kill ids that this change records, by environment. */
  settles?: Map<number, string[]>;
  /**
   * Environments in which it lets users get something later, by itself: it counts as growing there, though the rulesets
   * do not say so yet.
   */
  grows?: readonly { id: number; key: string }[];
  /** The rollouts that it starts, with the environment in which each begins. */
  starts?: readonly { environment: string; rollout: StartedRollout }[];
  /** Runs with the entry's id, still inside the transaction: for rows that point at their change. */
  afterEntry?(tx: Tx, changeId: number): Promise<void>;
  /** True when there was nothing to change: no revision, no entry. */
  unchanged?: boolean;
}

/**
 * What a use case does inside the transaction and under the locks. One change may carry several of them, each on the
 * ground that the one before has left.
 */
export type Work<T> = (tx: Tx, ground: Ground) => Promise<Written<T>>;

/** Under the locks: the environments by id, with their rulesets before the change, and who makes it. */
export interface Ground {
  actor: string;
  environments: Map<number, LockedEnvironment>;
  before: Map<number, Ruleset>;
  now: Date;
}
