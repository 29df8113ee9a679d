const COLOURS = 8;

/**
 * The colour of a variant, the same wherever it is drawn: by its place among the flag's variants. The one that is given
 * when the flag is off is grey, for nothing happens there.
 */
export function variantColour(variants: readonly string[], variant: string, offVariant: string | null): string {
  if (variant === offVariant) return 'var(--slice-none)';
  const others = variants.filter((name) => name !== offVariant);
  const at = others.indexOf(variant);
  return at === -1 ? 'var(--slice-none)' : `var(--slice-${(at % COLOURS) + 1})`;
}
