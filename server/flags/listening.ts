/** What of a hook says whose alerts it brings. */
export interface Listing {
  name: string;
  /** Keys. */
  environments: readonly string[];
  flags: readonly string[];
  tags: readonly string[];
}

/** A live rollout that goes by signals, with its flag as it is now. */
export interface Listener {
  rollout: string;
  flag: string;
  tags: readonly string[];
  /** The keys of those environments in which an enforced guard of it listens. */
  environments: readonly string[];
}

/** True where a hook lists a flag, by its key or by one of its tags. */
export const isListed = (hook: Pick<Listing, 'flags' | 'tags'>, flag: string, tags: readonly string[]): boolean =>
  hook.flags.includes(flag) || tags.some((tag) => hook.tags.includes(tag));

/** True where an alert that came by a hook can trip a guard of a rollout. */
export const hears = ({ flag, tags, environments }: Listener, hook: Listing): boolean =>
  isListed(hook, flag, tags) && environments.some((environment) => hook.environments.includes(environment));

/** True where a rollout would miss alerts of some environment by the second that it gets by the first. */
export function isDeafened(before: [Listener, Listing], after: [Listener, Listing]): boolean {
  const [listener] = before;
  return listener.environments.some((environment) => {
    const there = ([one, hook]: [Listener, Listing]) => hears({ ...one, environments: [environment] }, hook);
    return there(before) && !there(after);
  });
}
