/** What happened on one day, as this machine counts days. */
export interface Day<T> {
  /** `2026-03-01`. */
  day: string;
  words: string;
  items: T[];
}

/** Newest first, in the order in which they come. */
export function groupByDay<T extends { at: string }>(items: readonly T[], now: Date): Day<T>[] {
  const days: Day<T>[] = [];
  for (const item of items) {
    const at = new Date(item.at);
    const day = dayOf(at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, words: tellDay(at, now), items: [item] });
  }
  return days;
}

function dayOf(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `Today`, `Yesterday`, `Monday, 2 March`, and with the year where it is another. */
export function tellDay(at: Date, now: Date): string {
  const ago = Math.round((startOf(now) - startOf(at)) / 86_400_000);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  const weekday = at.toLocaleDateString('en-GB', { weekday: 'long' });
  const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
  return at.getFullYear() === now.getFullYear() ? `${weekday}, ${date}` : `${date} ${at.getFullYear()}`;
}

/** The day in UTC, so that days on which clocks are turned count as one, too. */
function startOf(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
}
