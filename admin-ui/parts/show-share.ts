/** A share from 0 to 1 as a person reads it: never 0 % of something, and never 100 % of less than all. */
export function showShare(share: number): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  const percent = share * 100;
  if (percent < 0.1) return '< 0.1 %';
  if (percent > 99.9) return '> 99.9 %';
  const rounded = percent < 10 || percent > 90 ? Math.round(percent * 10) / 10 : Math.round(percent);
  return `${rounded} %`;
}

/** A count as a person reads it: 950, 12.4 k, 3.1 M. */
export function showCount(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${trim(count / 1_000)} k`;
  return `${trim(count / 1_000_000)} M`;
}

function trim(value: number): string {
  return value < 100 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
