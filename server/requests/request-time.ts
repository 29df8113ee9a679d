import { type Freeze, frozenBetween } from '../environments/freeze.ts';

/** When a request was last written, until when its approvals last, and where it would change something. */
export interface Lasting {
  editedAt: Date;
  expiresAt: Date;
  environments: readonly number[];
}

/** When it expires, as far as that can be said now: time in which a freeze held does not count. */
export function expiryOf({ editedAt, expiresAt, environments }: Lasting, freezes: readonly Freeze[], now: Date): Date {
  if (now <= editedAt) return expiresAt;
  const stood = environments.map((environment) => frozenBetween(freezes, environment, editedAt, now));
  return new Date(expiresAt.getTime() + Math.max(0, ...stood));
}

export const isExpired = (lasting: Lasting, freezes: readonly Freeze[], now: Date): boolean =>
  expiryOf(lasting, freezes, now) <= now;
