import { performance } from 'node:perf_hooks';
import { foldFigure, keepEvidence, quantile } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';

const GUESSES = 1_000;
/** So many are under way at once, from so many addresses. */
const AT_ONCE = 50;
const ADDRESSES = 200;
const RUNS = 5;
const ASKED = 400;
const OWNER = { login: 'owner', password: 'correct horse battery staple' };
const PUBLIC_URL = 'https://turnout.example';

/**
 * `prove -- guesses`: 1,000 wrong passwords for one account, from many addresses, while its owner signs in from an
 * address of their own and an app goes on evaluating.
 */
export async function proveGuesses(): Promise<void> {
  // Behind a proxy that names addresses, as in production: all of this comes from one machine.
  const house = await startHouse({ TRUST_PROXY: '1', PUBLIC_URL, TURNOUT_DEMO: 'false' });
  try {
    const key = await makeEnvironment(house);
    await house.call('POST', '/projects/proof/flags', { key: 'cart', type: 'boolean' });
    await house.call('POST', '/projects/proof/environments/production/flags/cart/on', {});
    await makeOwner(house);
    await evaluateFor(house, key, ASKED);
    const ratios: number[] = [];
    const signedIn: number[] = [];
    const statuses = new Map<number, number>();
    for (let run = 0; run < RUNS; run++) {
      const calm = await evaluateFor(house, key, ASKED);
      const guessing = guessAll(house, run, statuses);
      const busy = await evaluateFor(house, key, ASKED);
      signedIn.push(await signInOwner(house, run));
      await guessing;
      ratios.push(quantile(busy, 0.5) / quantile(calm, 0.5));
    }
    keepEvidence({
      proof: 'guesses',
      method:
        `${RUNS} runs: ${GUESSES} wrong passwords for one account, ${AT_ONCE} at once from ${ADDRESSES} addresses; ` +
        `meanwhile ${ASKED} evaluations over HTTP one after the other, and the owner signs in from another address.`,
      figures: [
        foldFigure('an evaluation during the guesses, as a multiple of before', '×', ratios, { at: 'most', value: 3 }),
        // No goal but that it ends: so many addresses at once are slowed together, and nobody is locked out.
        foldFigure('the owner, from the first try to signed in', 'ms', signedIn),
      ],
      facts: Object.fromEntries([...statuses].map(([status, count]) => [`guesses answered with ${status}`, count])),
    });
  } finally {
    await house.end();
  }
}

/** By invitation, as somebody would be let in by the root token. */
async function makeOwner(house: HouseProcess): Promise<void> {
  const body = { login: OWNER.login, name: 'Owner', roles: ['admin'] };
  const made = (await house.call('POST', '/members', body)) as { invitation?: { token: string } };
  const accepted = await ask(house, '/invitations', { token: made.invitation?.token, password: OWNER.password }, 0);
  if (accepted !== 200) throw new Error(`the invitation was answered with ${accepted}`);
}

async function guessAll(house: HouseProcess, run: number, statuses: Map<number, number>): Promise<void> {
  let next = 0;
  const guess = async () => {
    while (next < GUESSES) {
      const at = next++;
      const body = { login: OWNER.login, password: `guess ${run} ${at}` };
      const status = await ask(house, '/session', body, 1 + (at % ADDRESSES));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, guess));
}

/** Tries again as long as it is told to wait; answers how long that took. */
async function signInOwner(house: HouseProcess, run: number): Promise<number> {
  const from = performance.now();
  for (;;) {
    const status = await ask(house, '/session', OWNER, 250 - run);
    if (status === 200) return performance.now() - from;
    if (status !== 429 || performance.now() - from > 60_000) throw new Error(`the owner was answered with ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function ask(house: HouseProcess, path: string, body: object, address: number): Promise<number> {
  const response = await fetch(`${house.url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: PUBLIC_URL },
      'x-forwarded-for': `198.51.${100 + (address >> 8)}.${address & 255}`,
    },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** How long each of so many evaluations took, in order of size. */
async function evaluateFor(house: HouseProcess, key: string, times: number): Promise<number[]> {
  const took: number[] = [];
  for (let at = 0; at < times; at++) {
    const from = performance.now();
    const response = await fetch(`${house.url}/ofrep/v1/evaluate/flags/cart`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: { targetingKey: `user-${at}` } }),
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`an evaluation was answered with ${response.status}`);
    took.push(performance.now() - from);
  }
  return took.sort((a, b) => a - b);
}
