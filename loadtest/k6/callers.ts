import { fail } from 'k6';
import http, { type Params } from 'k6/http';
import { settings } from './settings.ts';

const USERS = 1_000;
const COUNTRIES = ['DE', 'FR', 'US', 'JP', 'AT'];
const PLANS = ['free', 'team', 'pro'];
const PRODUCTS = ['OLJCESPC7Z', '66VCHSJNUP', '1YMWWN1N4O'];

/** The bodies of evaluations for 1,000 users, written once: k6's own JavaScript is what must not be measured. */
export const bodies: readonly string[] = Array.from({ length: USERS }, (_, number) =>
  JSON.stringify({
    context: {
      targetingKey: `user-${number}`,
      country: COUNTRIES[number % COUNTRIES.length],
      plan: PLANS[number % PLANS.length],
      product_id: PRODUCTS[number % PRODUCTS.length],
      age: 18 + (number % 50),
      email: `user-${number}@example.com`,
    },
  }),
);

/** A header of either kind that OFREP knows, so that any server of it finds its own. */
export const params: Params = {
  headers: { Authorization: `Bearer ${settings.key}`, 'X-API-Key': settings.key, 'Content-Type': 'application/json' },
};

export const bulkUrl = `${settings.url}/ofrep/v1/evaluate/flags`;

/** What a bulk evaluation says of all flags; ends the run where there are none to ask. */
export function listAnswers(): { key: string; variant?: string }[] {
  const response = http.post(bulkUrl, bodies[0], { ...params, responseType: 'text' });
  if (response.status !== 200) fail(`a bulk evaluation was answered with ${response.status}: ${response.body}`);
  const flags = response.json('flags') as { key: string; variant?: string }[] | undefined;
  if (flags === undefined || flags.length === 0) fail('the server has no flags to ask');
  return flags ?? [];
}

/** The keys of all flags, or those that were named. */
export function listFlagKeys(): string[] {
  return settings.flagKeys.length > 0 ? settings.flagKeys : listAnswers().map(({ key }) => key);
}
