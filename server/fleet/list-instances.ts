import type { Clock } from '../platform/clock.ts';
import { type Instance, LISTED_MS, nameOf, type State, stateOf } from './instance.ts';
import type { Fleet } from './open-fleet.ts';

/** An app, the name by which the list is sorted, and how it is. */
export interface Listed {
  name: string;
  state: State['state'];
  instance: Instance;
}

export interface InstanceList {
  instances: Listed[];
  counts: Record<State['state'], number>;
  unknown: string[];
  complete: boolean;
}

/** The apps of an environment that this node or another knows, each once, by whoever heard of it last. */
export async function listInstances(
  { instances: own, others }: Pick<Fleet, 'instances' | 'others'>,
  clock: Clock,
  environmentId: number,
): Promise<InstanceList> {
  const elsewhere = await others.of(environmentId);
  const now = clock.monotonic();
  const latest = new Map<string, Instance>();
  for (const instance of [...own.of(environmentId), ...elsewhere.instances]) {
    if (now - instance.lastSeen >= LISTED_MS) continue;
    const name = nameOf(instance);
    if ((latest.get(name)?.lastSeen ?? Number.NEGATIVE_INFINITY) < instance.lastSeen) latest.set(name, instance);
  }
  const instances = [...latest].map(([name, instance]) => ({ name, instance, state: stateOf(instance, now).state }));
  instances.sort((a, b) => (a.name < b.name ? -1 : 1));
  const counts = { live: 0, laggard: 0, lost: 0 };
  for (const { state } of instances) counts[state]++;
  return { instances, counts, unknown: [...elsewhere.unknown], complete: elsewhere.complete };
}
