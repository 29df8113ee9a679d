const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `4h` as milliseconds; the contract has looked at its form. */
export function readLasting(text: string): number {
  return Number(text.slice(0, -1)) * UNITS[text.slice(-1) as keyof typeof UNITS];
}

/** Milliseconds as whoever wrote them would: `4h`, `90m`, `2d`. */
export function writeLasting(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((one) => ms % UNITS[one] === 0) ?? 's';
  return `${Math.round(ms / UNITS[unit])}${unit}`;
}
