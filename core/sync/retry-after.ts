/** `Retry-After` in ms. A date would need a clock that both sides share, so it says nothing. */
export function readRetryAfter(headers: Record<string, string | undefined>): number | undefined {
  const text = headers['retry-after']?.trim();
  return text !== undefined && /^[0-9]{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}
