import {
  AsyncLocalStorageTransactionContextPropagator,
  type Client,
  type EvaluationContext,
  type Hook,
  OpenFeature,
  type Provider,
} from '@openfeature/server-sdk';
import type { Details, PlainHook, Question, Sdk } from './appendix-steps.fixture.ts';

const DOMAIN = 'appendix-b';

/** OpenFeature's SDK for servers. */
export class ServerSdk implements Sdk<Provider> {
  #client: Client = OpenFeature.getClient(DOMAIN);

  async register(provider: Provider): Promise<unknown> {
    await OpenFeature.clearProviders();
    const failed = OpenFeature.setProviderAndWait(DOMAIN, provider).then(
      () => undefined,
      (error: unknown) => error,
    );
    this.#client = OpenFeature.getClient(DOMAIN);
    return failed;
  }

  status(): string {
    return this.#client.providerStatus;
  }

  addHook(hook: PlainHook): void {
    this.#client.addHooks(hook as Hook);
  }

  ask({ kind, key, coded, context, transaction, hooks }: Question): Promise<Details> {
    OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator());
    const client = this.#client;
    const options = { hooks: hooks as Hook[] };
    return new Promise<Details>((resolve, reject) => {
      OpenFeature.setTransactionContext(transaction, () => {
        const asked: Promise<Details> =
          kind === 'boolean'
            ? client.getBooleanDetails(key, coded as boolean, context, options)
            : kind === 'string'
              ? client.getStringDetails(key, coded as string, context, options)
              : kind === 'object'
                ? client.getObjectDetails(key, coded, context, options)
                : client.getNumberDetails(key, coded as number, context, options);
        asked.then(resolve, reject);
      });
    });
  }

  addContext(level: 'API' | 'Client', entry: EvaluationContext): void {
    if (level === 'API') OpenFeature.setContext({ ...OpenFeature.getContext(), ...entry });
    else this.#client.setContext({ ...this.#client.getContext(), ...entry });
  }

  async end(): Promise<void> {
    OpenFeature.setContext({});
    await OpenFeature.clearProviders();
  }
}
