/** An id for a rule that is new: it is named before it is stored, so that two people never mean two rules by one name. */
export function nameRule(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `r-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
