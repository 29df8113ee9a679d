import type { EnvironmentPlace } from '../access/asking.ts';
import type { RequestParts } from '../requests/request-parts.ts';

/** What rollbacks need: the one door, and the requests into which goes what has to wait. */
export type RollbackParts = RequestParts;

/** Why the forms that were in force are not known to be good any more, and what the logs of ended rollouts say. */
export const sayBack = ({ environment }: EnvironmentPlace, to: string): string =>
  `${environment.key} went back to ${to}.`;
