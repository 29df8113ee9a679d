import type { Clock } from '../platform/clock.ts';
import type { Metrics } from '../platform/metrics.ts';
import { stateOf } from './instance.ts';
import type { Instances } from './instances.ts';

/** Adds what this node knows of running apps to its metrics. */
export function watchFleet(metrics: Metrics, instances: Instances, clock: Clock): void {
  metrics.gaugeBy('instances', 'Running apps that this node has heard of within the hour, by state.', 'state', () => {
    const counts = { live: 0, laggard: 0, lost: 0 };
    const now = clock.monotonic();
    for (const environmentId of instances.environments()) {
      for (const instance of instances.of(environmentId)) counts[stateOf(instance, now).state]++;
    }
    return counts;
  });
}
