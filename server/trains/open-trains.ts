import type { Doorbell } from '../changes/doorbell.ts';
import type { Db } from '../database/connect.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Rollouts } from '../rollouts/open-rollouts.ts';
import type { ChemspillParts } from './chemspill.ts';
import { TrainLoop } from './train-loop.ts';
import type { TrainParts } from './train-parts.ts';

export interface OpenTrainsParts extends Omit<TrainParts, 'wake'> {
  db: Db;
  doorbell: Pick<Doorbell, 'onRing'>;
  rollouts: Pick<Rollouts, 'held' | 'sources'>;
  metrics: Metrics;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  glassBroken: NonNullable<ChemspillParts['glassBroken']>;
}

/** Everything of trains that lives as long as the house does. */
export interface Trains {
  /** For the use cases of people. */
  parts: TrainParts & ChemspillParts;
  /** Begins to look at departures where this node holds the lease; answers how to stop. */
  follow(): () => void;
  close(): Promise<void>;
}

export function openTrains(parts: OpenTrainsParts): Trains {
  const { rollouts, doorbell, metrics, log, door, kinds } = parts;
  const paged = metrics.counterBy('train_pages_total', 'Times that a departure needed a person, by why', 'about');
  const ended = metrics.counterBy('departures_total', 'Departures that are over, by how they ended', 'outcome');
  const loop: TrainLoop = new TrainLoop({
    ...{ door, kinds, log, paged, ended, held: rollouts.held, seeReach: rollouts.sources.seeReach },
    databaseNow: parts.databaseNow,
    wake: () => loop.wake(),
  });
  return {
    parts: { ...parts, wake: loop.wake },
    follow: () => {
      const stops = [loop.follow(), doorbell.onRing(() => loop.wake())];
      return () => {
        for (const stop of stops) stop();
      };
    },
    close: () => loop.close(),
  };
}
