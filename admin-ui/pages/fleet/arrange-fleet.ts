import type { InstanceShown } from '@turnout/server/contracts';

export const STATES = ['live', 'laggard', 'lost'] as const;
export const GROUPINGS = { '': 'Not grouped', host: 'By host', sdk: 'By SDK' } as const;
export type Grouping = keyof typeof GROUPINGS;

/** What of the fleet is shown: everything that an address can say. */
export interface FleetView {
  state: InstanceShown['state'] | '';
  text: string;
  by: Grouping;
}

/** The view that an address names; what it does not understand narrows nothing. */
export function readView({ state = '', q = '', by = '' }: Record<string, string>): FleetView {
  const known = STATES.find((one) => one === state);
  return { state: known ?? '', text: q, by: by === 'host' || by === 'sdk' ? by : '' };
}

export interface FleetGroup {
  name: string;
  items: InstanceShown[];
}

const ORDER: Record<InstanceShown['state'], number> = { laggard: 0, lost: 1, live: 2 };

/** The instances that a view shows: those that need somebody first, then by host; in groups where that is asked for. */
export function arrangeFleet(instances: readonly InstanceShown[], { state, text, by }: FleetView): FleetGroup[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const shown = instances
    .filter((instance) => state === '' || instance.state === state)
    .filter((instance) => {
      const all = [instance.host, instance.instance, instance.sdk, instance.key, instance.node].join(' ').toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .sort((a, b) => ORDER[a.state] - ORDER[b.state] || compare(a.host, b.host) || compare(a.instance, b.instance));
  if (by === '') return shown.length === 0 ? [] : [{ name: '', items: shown }];
  const groups = new Map<string, InstanceShown[]>();
  for (const instance of shown) groups.set(instance[by], [...(groups.get(instance[by]) ?? []), instance]);
  return [...groups].map(([name, items]) => ({ name, items })).sort((a, b) => compare(a.name, b.name));
}

const BY_NUMBER = new Intl.Collator('en', { numeric: true });
const compare = (a: string, b: string) => BY_NUMBER.compare(a, b);

/** How far an app is behind its environment: revisions, `epoch` where it holds another history, 0 where it is not. */
export function behindBy(position: string | null, head: string | undefined): number | 'epoch' | 'nothing' | undefined {
  if (position === null) return 'nothing';
  if (head === undefined) return undefined;
  const [here, there] = [split(position), split(head)];
  if (here.epoch !== there.epoch) return 'epoch';
  return Math.max(0, there.revision - here.revision);
}

/** A position in a few signs: its revision, for the epoch is the same for all but a few, which are told apart. */
export function shortPosition(position: string): string {
  return String(split(position).revision);
}

/** The later of two places of an environment: an answer may be older than the news that came meanwhile. */
export function laterHead(known: string | undefined, told: string): string {
  if (known === undefined) return told;
  const [a, b] = [split(known), split(told)];
  return a.epoch === b.epoch && a.revision > b.revision ? known : told;
}

function split(position: string): { epoch: string; revision: number } {
  const dot = position.lastIndexOf('.');
  return { epoch: position.slice(0, dot), revision: Number(position.slice(dot + 1)) };
}

/** What tells that an app is another than a moment ago; that it was heard of again does not. */
export function markOf({ state, why, position, overlays }: InstanceShown): string {
  return JSON.stringify([state, why, position, overlays]);
}

/** One app, also where its instance is known to several keys. */
export function nameOf({ key, instance }: InstanceShown): string {
  return `${key}/${instance}`;
}
