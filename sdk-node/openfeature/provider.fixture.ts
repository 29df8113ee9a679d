import { type Client, type EventDetails, OpenFeature, type Provider, ProviderEvents } from '@openfeature/server-sdk';

/** Every event that a provider can tell of, in the order in which they were told. */
export interface Told {
  event: ProviderEvents;
  details: EventDetails | undefined;
}

let registered = 0;

/** Registers a provider under a name of its own, and keeps what is told of it. `ready` is what registering gave. */
export function register(provider: Provider): { client: Client; domain: string; told: Told[]; ready: Promise<void> } {
  registered += 1;
  const domain = `test-${registered}`;
  const told: Told[] = [];
  const client = OpenFeature.getClient(domain);
  const ready = OpenFeature.setProviderAndWait(domain, provider);
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details) => void told.push({ event, details }));
  }
  return { client, domain, told, ready };
}

/** The names of what was told. */
export function eventsOf(told: Told[]): ProviderEvents[] {
  return told.map(({ event }) => event);
}
