/** `Retry-After` in ms. A date would need a clock that both sides share, so it says nothing. */
export function readRetryAfter(headers: Record<string, string | undefined>): number | undefined {
  const ms = 1_000 * Number(headers['retry-after']);
  return ms >= 0 ? ms : undefined;
}
