import { randomBytes } from 'node:crypto';
import type { TrainPrincipal } from '../access/principal.ts';
import type { Door } from '../changes/door.ts';
import type { DraftKind } from '../changes/draft.ts';
import type { Train } from './train.ts';
import type { TrainCrash } from './train-crash.ts';

/** What the use cases of leaving, and of what comes after it, need. */
export interface DepartParts {
  door: Door;
  /** The calls that can wait in requests, of all rooms. */
  kinds: readonly DraftKind[];
  /** Told when something was pressed, so that nobody waits for the next look. */
  wake(): void;
  /** Told before and after each write, for tests that end it there. */
  crash?: TrainCrash;
}

/** Of departures and of cars. */
export const newId = (): string => randomBytes(6).toString('hex');

/** What a train is to the door, where it leaves for and where its rollouts have come since. */
export function principalOfTrain(train: Train, beyond: readonly number[] = []): TrainPrincipal {
  const { key, projectId, environmentId } = train;
  return { kind: 'train', id: key, projectId, environmentIds: [...new Set([environmentId, ...beyond])] };
}
