import type { SignedContexts } from './context-rule.ts';

/** Roles add up; every role but viewer may move towards safe (docs: the rights table). */
export const ROLES = ['viewer', 'editor', 'killer', 'release-manager', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const KEY_KINDS = ['server', 'client', 'kill'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** The installation's root token: everything but approve. */
export interface RootPrincipal {
  kind: 'root';
  id: 'root';
}

/** Whoever holds the root token, and the node itself where it only records what was decided before. */
export const ROOT: RootPrincipal = { kind: 'root', id: 'root' };

/** What a one-time link is for. */
export type LinkPurpose = 'setup' | 'invitation' | 'recovery';

/** Roles in the whole installation (no project), in a project (no environment), or in one environment. */
export interface Grant {
  projectId: number | null;
  environmentId: number | null;
  roles: readonly Role[];
}

/** Somebody who has signed in. */
export interface PersonPrincipal {
  kind: 'person';
  id: string;
  name: string;
  login: string;
  /** The id of the session that they came with. */
  session: string;
  grants: readonly Grant[];
}

/** A bearer token for the admin API. Without an environment its roles hold in all of the project. */
export interface TokenPrincipal {
  kind: 'token';
  id: string;
  name: string;
  projectId: number;
  environmentId: number | null;
  roles: Role[];
  /** The person who made it, with what they may do now: the token does no more. Left out for those that root made. */
  owner?: { id: string; grants: readonly Grant[] };
  /** The one check whose results it posts; with it, it may do nothing else. */
  check?: string;
}

/** A key of one environment, for SDKs and kill callers. */
export interface KeyPrincipal {
  kind: 'key';
  keyKind: KeyKind;
  id: string;
  name: string;
  projectId: number;
  environmentId: number;
  /** Client keys: the allowed origins; empty means none. */
  origins: string[];
  /** Kill keys: the flags or tags they may kill; null means every flag of the environment. */
  flags: string[] | null;
  tags: string[] | null;
  /** Client keys: how what they ask with must be signed; left out where anybody may ask as anybody. */
  context?: SignedContexts;
}

/**
 * A policy that acts: it moves one flag in the environments of its path, as the version that it was started with allows.
 * Made by the loop alone, never by a request; it reads nothing.
 */
export interface RolloutPrincipal {
  kind: 'rollout';
  id: string;
  projectId: number;
  environmentIds: readonly number[];
}

/** A hook by which alerts come in: it kills what it lists, opens incidents, and does nothing else. It reads nothing. */
export interface HookPrincipal {
  kind: 'hook';
  id: string;
  projectId: number;
}

/**
 * A train that leaves: it carries out the requests that are aboard, each of which has the approvals that it needs, and
 * takes them back. Made by the loop and by whoever presses for it, never by a request; it reads nothing.
 */
export interface TrainPrincipal {
  kind: 'train';
  /** The key of the train. */
  id: string;
  projectId: number;
  /** Where it leaves for; for a recall also where its rollouts have come since. */
  environmentIds: readonly number[];
}

/** Whoever makes requests. */
export type Principal = RootPrincipal | PersonPrincipal | TokenPrincipal | KeyPrincipal;

/** Whoever changes something: those who make requests, and what acts by itself. */
export type ActingPrincipal = Principal | RolloutPrincipal | HookPrincipal | TrainPrincipal;

/**
 * How a principal is written in the change log: `root`, `person:<id>`, `token:<id>`, `key:<id>`, `rollout:<id>`,
 * `hook:<id>`, `train:<key>`.
 */
export function actorOf(principal: ActingPrincipal): string {
  return principal.kind === 'root' ? 'root' : `${principal.kind}:${principal.id}`;
}
