import type { ListedRun } from './run-store.ts';

/** Whose runs something was heard of: those of an environment, or of a project; all of them where neither is named. */
export type Heard = { environmentId: number } | { projectId: number } | Record<never, never>;

type Listed = Pick<ListedRun, 'id' | 'environmentId' | 'projectId'>;

/**
 * When each run is to be looked at next, by this node's own clock. It is a hint and nothing that another node would need:
 * whoever is not known here is looked at now.
 */
export class DueLooks {
  #at = new Map<string, number>();
  /** Those whose look is under way, and whether something was heard of them since it began. */
  readonly #looking = new Map<string, boolean>();
  #all = true;
  readonly #environments = new Set<number>();
  readonly #projects = new Set<number>();

  /** Something happened: those whom it may concern are due, and after their look once more where one is under way. */
  hear(heard: Heard): void {
    if ('environmentId' in heard) this.#environments.add(heard.environmentId);
    else if ('projectId' in heard) this.#projects.add(heard.projectId);
    else this.#all = true;
  }

  /** Those that are due and are not looked at already, in the order in which they are given. */
  take<T extends Listed>(listed: readonly T[], now: number): T[] {
    const known = this.#at;
    this.#at = new Map();
    for (const run of listed) {
      const isHeard = this.#all || this.#environments.has(run.environmentId) || this.#projects.has(run.projectId);
      if (!this.#looking.has(run.id)) this.#at.set(run.id, isHeard ? now : (known.get(run.id) ?? now));
      else if (isHeard) this.#looking.set(run.id, true);
    }
    this.#all = false;
    this.#environments.clear();
    this.#projects.clear();
    return listed.filter(({ id }) => (this.#at.get(id) ?? Number.POSITIVE_INFINITY) <= now);
  }

  /** There was no room for them: they are due then, unless something is heard of them before. */
  putOff(those: readonly Pick<Listed, 'id'>[], at: number): void {
    for (const { id } of those) if (this.#at.has(id)) this.#at.set(id, at);
  }

  /** Its look begins: until it is over nobody else is to look at it. */
  begin(id: string): void {
    this.#at.delete(id);
    this.#looking.set(id, false);
  }

  /** Its look is over, and the next one is due then. */
  end(id: string, at: number): void {
    this.#at.set(id, this.#looking.get(id) === true ? Number.NEGATIVE_INFINITY : at);
    this.#looking.delete(id);
  }

  /** When the next one is due; at `most` where none is before. */
  next(most: number): number {
    let next = most;
    for (const at of this.#at.values()) next = Math.min(next, at);
    return next;
  }
}
