export type Role = 'viewer' | 'editor' | 'killer' | 'admin';

/** Whether something may be done and, where not, the sentence that says why. */
export interface May {
  yes: boolean;
  why?: string;
}

export interface MyEnvironment {
  key: string;
  name: string;
  protected: boolean;
  roles: Role[];
  rights: string[];
  may: Record<'read' | 'safe' | 'grow' | 'kill' | 'restore' | 'admin', May>;
  reasonRequired: boolean;
}

export interface MyProject {
  key: string;
  name: string;
  demo: boolean;
  roles: Role[];
  rights: string[];
  environments: MyEnvironment[];
}

/** Who looks at the screen, and what they may do where. */
export interface Me {
  principal: { kind: 'person' | 'token' | 'root'; id: string; name: string; login?: string };
  session: { expiresAt: string } | null;
  /** In the whole installation. */
  rights: string[];
  projects: MyProject[];
}

/** Production looks different: what is protected, and what calls itself so. */
export function isProduction(environment: Pick<MyEnvironment, 'key' | 'protected'>): boolean {
  return environment.protected || /^prod/i.test(environment.key);
}

/** How the log calls somebody. */
export function actorOf({ kind, id }: Me['principal']): string {
  return kind === 'root' ? 'root' : `${kind}:${id}`;
}
