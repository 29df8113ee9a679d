/** Roles add up; every role but viewer may move towards safe (docs: the rights table). */
export const ROLES = ['viewer', 'editor', 'killer', 'admin'] as const;
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

/** A bearer token for the admin API. Without an environment its roles hold in all of the project. */
export interface TokenPrincipal {
  kind: 'token';
  id: string;
  name: string;
  projectId: number;
  environmentId: number | null;
  roles: Role[];
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
}

export type Principal = RootPrincipal | TokenPrincipal | KeyPrincipal;

/** How a principal is written in the change log: `root`, `token:<id>`, `key:<id>`. */
export function actorOf(principal: Principal): string {
  return principal.kind === 'root' ? 'root' : `${principal.kind}:${principal.id}`;
}
