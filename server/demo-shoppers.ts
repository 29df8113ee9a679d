import { type Context, murmur3 } from '@turnout/core';

/** How many people come to the demo's shop. `user-1` to `user-2000`, each the same in every installation. */
export const SHOPPERS = 2_000;

const COUNTRIES = { CH: 24, DE: 38, AT: 12, FR: 11, NL: 6, US: 6, JP: 3 };
const PLANS = { guest: 30, free: 40, pro: 18, business: 9, enterprise: 3 };
const VERSIONS = { '3.0.4': 10, '3.1.0': 25, '3.2.0': 35, '3.2.1': 30 };
/** One in so many is somebody of our own. */
const STAFF_EVERY = 80;
const COMPANIES = 150;
/** Other draws of the house begin elsewhere, so that who is who has no bearing on what they are given. */
const SEED = 8_420;
const DAY_MS = 86_400_000;
const FIRST_SIGN_UP = Date.UTC(2023, 0, 1);
const SIGN_UP_DAYS = 1_200;

/** What the shop knows of one of them: nothing here asks a clock or dice, so whoever asks twice gets the same person. */
export function shopper(n: number): Context {
  const key = `user-${n}`;
  const plan = pick(PLANS, `${key} plan`);
  const isBusiness = plan === 'business' || plan === 'enterprise';
  return {
    targetingKey: key,
    country: pick(COUNTRIES, `${key} country`),
    plan,
    appVersion: pick(VERSIONS, `${key} version`),
    email: n % STAFF_EVERY === 0 ? `${key}@shop.example` : `${key}@mail.example`,
    ordersLastYear: plan === 'guest' ? 0 : draw(`${key} orders`, 18),
    signedUpAt: new Date(FIRST_SIGN_UP + draw(`${key} since`, SIGN_UP_DAYS) * DAY_MS).toISOString(),
    ...(isBusiness
      ? { company: `company-${draw(`${key} company`, COMPANIES)}`, overdueInvoices: draw(`${key} overdue`, 4) % 3 }
      : {}),
  };
}

/** Who comes as the so-many-th: everybody in turn, in an order that looks like none. */
export function visitor(visit: number): number {
  return 1 + draw(`visit ${visit}`, SHOPPERS);
}

/** A whole number from 0 to below `below` that a text always draws alike. */
export function draw(text: string, below: number): number {
  return murmur3(text, SEED) % below;
}

const QUIETEST = 0.15;
const BUSIEST_HOUR = 19;

/** How busy the shop is at a moment, of 1: least before dawn, most in the evening, by the time of the servers. */
export function busyness(at: Date): number {
  const hour = at.getUTCHours() + at.getUTCMinutes() / 60;
  const wave = (1 + Math.cos(((hour - BUSIEST_HOUR) / 24) * 2 * Math.PI)) / 2;
  return QUIETEST + (1 - QUIETEST) * wave ** 1.4;
}

function pick(shares: Record<string, number>, text: string): string {
  const all = Object.values(shares).reduce((sum, share) => sum + share, 0);
  let left = draw(text, all);
  for (const [name, share] of Object.entries(shares)) {
    left -= share;
    if (left < 0) return name;
  }
  throw new Error('The shares add up to what is drawn from.');
}
