/**
 * A page of an app that knows OpenFeature and nothing of us: the provider of OFREP from npm, as its README has it. Its
 * output says what it answers and what it has told; its button signs the visitor up.
 */
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';

const { url, key } = JSON.parse(document.querySelector('#given')?.textContent ?? '');
const output = document.querySelector('output') ?? document.createElement('output');
const client = OpenFeature.getClient();
const told: string[] = [];

function tell(): void {
  const { value, reason, errorCode } = client.getBooleanDetails('cart', false);
  const plan = client.getStringValue('plan-of', 'nobody knows');
  output.textContent = JSON.stringify({ cart: value, reason, errorCode, plan, status: client.providerStatus, told });
}

for (const event of Object.values(ProviderEvents)) {
  client.addHandler(event, () => {
    told.push(event.replace('PROVIDER_', ''));
    tell();
  });
}
document.querySelector('button')?.addEventListener('click', async () => {
  await OpenFeature.setContext({ targetingKey: 'user-1', plan: 'pro' });
  tell();
});

await OpenFeature.setContext({ targetingKey: 'user-1', plan: 'free' });
const provider = new OFREPWebProvider({ baseUrl: url, headers: [['Authorization', `Bearer ${key}`]] });
// @ts-expect-error its types are not meant for exactOptionalPropertyTypes
await OpenFeature.setProviderAndWait(provider).catch(() => undefined);
tell();
