/** A moment as one says it of a plan: with its weekday, on the clock of whoever looks. */
export function sayMoment(at: string | Date, now: Date = new Date()): string {
  const when = new Date(at);
  const year = when.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  const day = when.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', ...year });
  return `${day}, ${when.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}
