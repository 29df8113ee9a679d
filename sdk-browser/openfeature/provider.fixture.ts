import {
  type Client,
  type EvaluationContext,
  type EventDetails,
  OpenFeature,
  type Provider,
  ProviderEvents,
} from '@openfeature/web-sdk';

/** An event that was told of a provider. */
export interface Told {
  event: ProviderEvents;
  details: EventDetails | undefined;
}

export interface Registered {
  client: Client;
  domain: string;
  /** Every event that was told, in order. */
  told: Told[];
  /** What registering gave. */
  ready: Promise<void>;
}

let registered = 0;

/** Registers a provider under a name of its own, for this visitor. */
export function register(provider: Provider, context: EvaluationContext = {}): Registered {
  registered += 1;
  const domain = `test-${registered}`;
  const told: Told[] = [];
  const client = OpenFeature.getClient(domain);
  const ready = OpenFeature.setProviderAndWait(domain, provider, context);
  ready.catch(() => undefined);
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details) => void told.push({ event, details }));
  }
  return { client, domain, told, ready };
}

/** The names of what was told, without their common beginning. */
export function eventsOf(told: Told[]): string[] {
  return told.map(({ event }) => event.replace('PROVIDER_', ''));
}
