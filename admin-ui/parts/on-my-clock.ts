import { sayMoment } from './say-moment.ts';

/** A sentence of the server, whose clock is UTC, on the clock of whoever looks. */
export function onMyClock(says: string): string {
  return says.replace(
    /(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d) UTC|T(\d\d:\d\d):\d\d(?:\.\d{3})?Z)/g,
    (_whole, day: string, minute: string | undefined, exact: string | undefined) =>
      sayMoment(`${day}T${minute ?? exact}:00Z`),
  );
}
