/** What rules are written with: the variants of the flag, the segments of the environment, attributes that are known. */
export interface Ground {
  variants: readonly string[];
  offVariant: string | null;
  segments: readonly { key: string; name: string }[];
  known: readonly string[];
}
