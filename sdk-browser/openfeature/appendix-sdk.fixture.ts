import { type Client, type Hook, OpenFeature, type Provider } from '@openfeature/web-sdk';
import type { Details, PlainHook, Question, Sdk } from '../../sdk-node/openfeature/appendix-steps.fixture.ts';

const DOMAIN = 'appendix-b';

/** OpenFeature's SDK for pages: what a question brings for a context is set as that of the page beforehand. */
export class WebSdk implements Sdk<Provider> {
  readonly #client: Client = OpenFeature.getClient(DOMAIN);
  #hooks: PlainHook[] = [];

  async register(provider: Provider): Promise<unknown> {
    await OpenFeature.clearProviders();
    return OpenFeature.setProviderAndWait(DOMAIN, provider).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  status(): string {
    return this.#client.providerStatus;
  }

  addHook(hook: PlainHook): void {
    this.#hooks.push(hook);
  }

  async ask({ kind, key, coded, context, hooks }: Question): Promise<Details> {
    const client = this.#client;
    // A provider that is not ready would be told of another context first.
    if (Object.keys(context).length > 0) await OpenFeature.setContext(DOMAIN, context);
    for (const hook of this.#hooks.splice(0)) client.addHooks(hook as Hook);
    const options = { hooks: hooks as Hook[] };
    if (kind === 'boolean') return client.getBooleanDetails(key, coded as boolean, options);
    if (kind === 'string') return client.getStringDetails(key, coded as string, options);
    if (kind === 'object') return client.getObjectDetails(key, coded, options);
    return client.getNumberDetails(key, coded as number, options);
  }

  addContext(): void {
    throw new Error('in a page no contexts are laid over one another');
  }

  async end(): Promise<void> {
    this.#client.clearHooks();
    await OpenFeature.clearProviders();
  }
}
