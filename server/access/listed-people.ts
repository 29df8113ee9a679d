import type { AccessContents, ListedPerson, ListedSession, ListedToken } from './access-store.ts';
import type { PersonPrincipal, TokenPrincipal } from './principal.ts';

/** The people of the access list, and the sessions in which they are signed in. */
export class ListedPeople {
  #people = new Map<string, ListedPerson>();
  #sessions = new Map<string, ListedSession>();

  /** Takes over what was read. */
  take({ people = [], sessions = [] }: Pick<AccessContents, 'people' | 'sessions'>): void {
    this.#people = new Map(people.map((person) => [person.id, person]));
    this.#sessions = new Map(sessions.map((session) => [session.id, session]));
  }

  /** Those who have left, too: the log names them. */
  findPerson(id: string): ListedPerson | undefined {
    return this.#people.get(id);
  }

  findSession(id: string): ListedSession | undefined {
    return this.#sessions.get(id);
  }

  listSessions(): ListedSession[] {
    return [...this.#sessions.values()];
  }

  /** True where somebody manages the whole installation, and could sign in to do so: then nobody else is made its first admin. */
  hasAdmin(): boolean {
    return [...this.#people.values()].some(({ disabled, invited, grants }) => {
      return (
        !disabled && !invited && grants.some(({ projectId, roles }) => projectId === null && roles.includes('admin'))
      );
    });
  }

  /** False for what belongs to somebody who was disabled, or whom nobody knows. */
  mayUse(one: { owner?: string | null } | ListedSession): boolean {
    const owner = 'person' in one ? one.person : one.owner;
    if (owner === undefined || owner === null) return true;
    return this.#people.get(owner)?.disabled === false;
  }

  /** The person of a session, with what they may do now; undefined where they may not sign in any more. */
  asPerson(session: ListedSession): PersonPrincipal | undefined {
    const person = this.#people.get(session.person);
    if (!person || person.disabled) return undefined;
    const { id, name, login, grants } = person;
    return { kind: 'person', id, name, login, session: session.id, grants };
  }

  /** A token, with what its owner may do now. */
  asToken(token: ListedToken): TokenPrincipal {
    const { id, name, projectId, environmentId, roles, check } = token;
    const owner = token.owner ? this.#people.get(token.owner) : undefined;
    return {
      ...{ kind: 'token', id, name, projectId, environmentId, roles },
      ...(owner ? { owner: { id: owner.id, grants: owner.grants } } : {}),
      ...(check ? { check } : {}),
    };
  }
}
