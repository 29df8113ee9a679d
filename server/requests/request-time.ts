import { type Freeze, frozenBetween } from '../environments/freeze.ts';
import type { TagsHolding } from '../environments/freeze-store.ts';

interface Diffed {
  flags: readonly { key: string }[];
  rollouts?: readonly { flag: string }[];
}

/** When a request was last written, until when its approvals last, and where it would change something. */
export interface Lasting {
  editedAt: Date;
  expiresAt: Date;
  environments: readonly number[];
  /** What it would come to, by the key of each environment. */
  diff: Readonly<Record<string, Diffed>>;
  /** Of a stage of a rollout, which comes to nothing itself. */
  needs?: { flags?: readonly string[] } | null;
}

const NO_TAGS: TagsHolding = new Map();

/** The flags that it changes itself, and those that it rolls out. */
export const flagsOf = ({ diff, needs }: Pick<Lasting, 'diff' | 'needs'>): string[] => [
  ...new Set([
    ...(needs?.flags ?? []),
    ...Object.values(diff).flatMap(({ flags, rollouts = [] }) => [
      ...flags.map(({ key }) => key),
      ...rollouts.map(({ flag }) => flag),
    ]),
  ]),
];

/** The tags by which freezes hold a change of these flags in an environment. */
export const tagsIn = (environment: number, keys: readonly string[], tags: TagsHolding): string[] =>
  keys.flatMap((key) => tags.get(environment)?.get(key) ?? []);

/** When it expires, as far as that can be said now: time in which a freeze held what it changes does not count. */
export function expiryOf(lasting: Lasting, freezes: readonly Freeze[], now: Date, tags: TagsHolding = NO_TAGS): Date {
  const { editedAt, expiresAt, environments } = lasting;
  if (now <= editedAt) return expiresAt;
  const stood = environments.map((environment) => {
    return frozenBetween(freezes, environment, editedAt, now, tagsIn(environment, flagsOf(lasting), tags));
  });
  return new Date(expiresAt.getTime() + Math.max(0, ...stood));
}

export const isExpired = (
  lasting: Lasting,
  freezes: readonly Freeze[],
  now: Date,
  tags: TagsHolding = NO_TAGS,
): boolean => expiryOf(lasting, freezes, now, tags) <= now;
