const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was, in words; what is to come is told alike. */
export function agoWords(ms: number): string {
  const span = Math.abs(ms);
  if (span < 5 * SECOND) return 'just now';
  const words = spanWords(span);
  return ms < 0 ? `in ${words}` : `${words} ago`;
}

function spanWords(span: number): string {
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} days`;
}
