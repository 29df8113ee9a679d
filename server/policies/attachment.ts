/** What a policy is attached to: one flag, every flag with a tag, of a kind, or of a type. The first is the most specific. */
export const SELECTS_BY = ['flag', 'tag', 'kind', 'type'] as const;
export type SelectsBy = (typeof SELECTS_BY)[number];

export interface Attachment {
  by: SelectsBy;
  value: string;
  /** The key of the policy. */
  policy: string;
}

export interface AttachedFlag {
  key: string;
  tags: readonly string[];
  kind: string;
  type: string;
}

/**
 * The policy that a flag gets: the most specific attachment wins, and among several tags the first in the order of code
 * units. `others` are policies that tags of the same flag name too, so that a screen can say that it is not plain.
 */
export function policyFor(
  flag: AttachedFlag,
  attachments: readonly Attachment[],
): (Attachment & { others: string[] }) | undefined {
  const values: Record<SelectsBy, readonly string[]> = {
    flag: [flag.key],
    tag: flag.tags,
    kind: [flag.kind],
    type: [flag.type],
  };
  for (const by of SELECTS_BY) {
    const found = attachments
      .filter((one) => one.by === by && values[by].includes(one.value))
      .sort((a, b) => (a.value < b.value ? -1 : 1));
    const [first, ...rest] = found;
    if (first === undefined) continue;
    const others = new Set(rest.map(({ policy }) => policy).filter((policy) => policy !== first.policy));
    return { ...first, others: [...others] };
  }
  return undefined;
}
