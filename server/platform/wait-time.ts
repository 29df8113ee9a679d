const MOST_WAIT_MS = 30_000;

/** A time such as `5s` or `250ms`, at most half a minute, in ms; undefined of anything else. */
export function waitMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,5})(ms|s)$/.exec(text) ?? [];
  const ms = Number(digits) * (unit === 's' ? 1_000 : 1);
  return digits !== undefined && ms <= MOST_WAIT_MS ? ms : undefined;
}
