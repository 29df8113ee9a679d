/** Shares of a split as whole buckets: what is typed as per cent is rounded to them, and they must sum to all. */
type Weights = Readonly<Record<string, number>>;

/** A weight in per cent, as exactly as buckets allow: `33.333`. */
export function toPercent(weight: number, of: number): string {
  return String(Number(((weight / of) * 100).toFixed(3)));
}

/** What was typed as per cent, in buckets; undefined where it is no number from 0 to 100. */
export function fromPercent(typed: string, of: number): number | undefined {
  const text = typed.trim().replace(',', '.').replace(/\s*%$/, '');
  const percent = text === '' ? Number.NaN : Number(text);
  if (!(percent >= 0 && percent <= 100)) return undefined;
  return Math.round((percent / 100) * of);
}

/**
 * The weights with another one for a variant. What is then left over goes to `rest`, or is taken from it, as far as it
 * has anything; where nobody takes the rest, the others stay as they are and the sum is wrong until somebody says.
 */
export function setWeight(
  weights: Weights,
  of: number,
  { variant, weight, rest }: { variant: string; weight: number; rest: string | undefined },
): Record<string, number> {
  const next = { ...weights, [variant]: weight };
  if (rest === undefined || rest === variant) return next;
  const others = sumOf(next) - (next[rest] ?? 0);
  return { ...next, [rest]: Math.max(0, of - others) };
}

/** Everybody alike, as nearly as buckets allow; the first ones get what is left over. */
export function evenWeights(variants: readonly string[], of: number): Record<string, number> {
  const each = Math.floor(of / variants.length);
  const left = of - each * variants.length;
  return Object.fromEntries(variants.map((variant, at) => [variant, each + (at < left ? 1 : 0)]));
}

export function sumOf(weights: Weights): number {
  return Object.values(weights).reduce((sum, weight) => sum + weight, 0);
}

/** What is wrong with a sum, in words; undefined where it is right. */
export function sumFault(weights: Weights, of: number): string | undefined {
  const sum = sumOf(weights);
  if (sum === of) return undefined;
  const by = toPercent(Math.abs(sum - of), of);
  return sum < of
    ? `These sum to ${toPercent(sum, of)} %: ${by} % of users would get nothing. Say who gets them.`
    : `These sum to ${toPercent(sum, of)} %: ${by} % too much. Take it from somebody.`;
}
