import { DOCUMENTED_FLAGS } from './demo-project.ts';

const on = { state: 'on', fallthrough: { variant: 'on' } };
const off = { state: 'off' };
const split = (weights: Record<string, number>, by?: string) => ({
  split: { weights, ...(by === undefined ? {} : { by }) },
});

const IN_THE_CHECKOUT = [
  {
    key: 'express-pay',
    type: 'boolean',
    name: 'Pay with one tap',
    description: 'Needs the new checkout, and an app that knows how, or a customer whom we know well',
    owner: 'payments',
    tags: ['checkout', 'app'],
    clientVisible: true,
    environments: {
      development: { ...on, prerequisites: [{ flag: 'new-checkout', variants: ['on'] }] },
      production: {
        state: 'on',
        prerequisites: [{ flag: 'new-checkout', variants: ['on'] }],
        rules: [
          {
            id: 'known-or-up-to-date',
            if: {
              all: [
                { attribute: 'country', op: 'equals', values: ['CH', 'DE', 'AT', 'FR', 'NL'] },
                {
                  any: [
                    { segment: 'loyal-customers' },
                    { attribute: 'appVersion', op: 'semverGte', values: ['3.2.0'] },
                  ],
                },
                { not: { attribute: 'plan', op: 'equals', values: ['guest'] } },
              ],
            },
            serve: { variant: 'on' },
          },
        ],
        fallthrough: { variant: 'off' },
      },
    },
  },
  {
    key: 'invoice-payment',
    type: 'boolean',
    name: 'Payment by invoice',
    kind: 'permission',
    owner: 'payments',
    tags: ['checkout'],
    clientVisible: true,
    environments: {
      development: on,
      production: {
        state: 'on',
        rules: [{ if: { segment: 'business-at-home' }, serve: { variant: 'on' } }],
        fallthrough: { variant: 'off' },
      },
    },
  },
  {
    key: 'free-delivery',
    type: 'boolean',
    name: 'Free delivery',
    description: 'Does it pay? It grows step by step while the margin is watched',
    owner: 'logistics',
    tags: ['checkout', 'delivery'],
    clientVisible: true,
    environments: {
      development: on,
      production: { state: 'on', fallthrough: split({ on: 10_000, off: 90_000 }) },
    },
  },
  {
    key: 'delivery-promise',
    type: 'string',
    variants: { none: 'none', 'two-days': '48h', 'next-day': '24h' },
    name: 'How soon we promise to be there',
    description: 'Split by company, so that colleagues see the same',
    kind: 'experiment',
    owner: 'logistics',
    tags: ['delivery'],
    clientVisible: true,
    environments: {
      development: { state: 'on', offVariant: 'none', fallthrough: { variant: 'two-days' } },
      production: {
        state: 'on',
        offVariant: 'none',
        rules: [
          {
            if: { attribute: 'country', op: 'equals', values: ['CH'] },
            serve: split({ 'two-days': 40_000, 'next-day': 60_000 }, 'company'),
          },
          { if: { segment: 'german-speaking' }, serve: { variant: 'two-days' } },
        ],
        fallthrough: { variant: 'none' },
      },
    },
  },
  {
    key: 'fraud-check-v2',
    type: 'boolean',
    name: 'Second model of the fraud check',
    owner: 'risk',
    tags: ['checkout', 'backend'],
    environments: {
      development: on,
      production: { state: 'on', fallthrough: split({ on: 5_000, off: 95_000 }) },
    },
  },
];

const IN_THE_SHOP = [
  {
    key: 'recommendations',
    type: 'object',
    variants: {
      none: { rows: 0 },
      bestsellers: { rows: 1, from: 'bestsellers' },
      personal: { rows: 2, from: 'history', fallback: 'bestsellers' },
    },
    name: 'What else you may like',
    kind: 'experiment',
    owner: 'search',
    tags: ['shop-window'],
    clientVisible: true,
    environments: {
      development: { state: 'on', offVariant: 'none', fallthrough: { variant: 'personal' } },
      production: {
        state: 'on',
        offVariant: 'none',
        shedAt: 1,
        rules: [{ if: { segment: 'beta-testers' }, serve: { variant: 'personal' } }],
        fallthrough: split({ none: 20_000, bestsellers: 40_000, personal: 40_000 }),
      },
    },
  },
  {
    key: 'search-page-size',
    type: 'number',
    variants: { short: 12, long: 24, endless: 96 },
    name: 'Results on one page of the search',
    kind: 'experiment',
    owner: 'search',
    tags: ['search'],
    environments: {
      development: { state: 'on', offVariant: 'long', fallthrough: { variant: 'endless' } },
      production: {
        state: 'on',
        offVariant: 'long',
        fallthrough: split({ short: 10_000, long: 80_000, endless: 10_000 }),
      },
    },
  },
  {
    key: 'image-quality',
    type: 'number',
    variants: { low: 0.6, normal: 0.8, best: 0.95 },
    name: 'Quality of product images',
    description: 'Goes down by itself when load is shed',
    kind: 'ops',
    owner: 'platform',
    tags: ['shop-window'],
    clientVisible: true,
    environments: {
      development: { state: 'on', offVariant: 'low', fallthrough: { variant: 'best' } },
      production: { state: 'on', offVariant: 'low', shedAt: 2, fallthrough: { variant: 'normal' } },
    },
  },
  {
    key: 'review-photos',
    type: 'boolean',
    name: 'Photos in reviews',
    description: 'Its code is not out yet',
    owner: 'community',
    tags: ['shop-window', 'app'],
    environments: { development: on, production: off },
  },
  {
    key: 'summer-sale',
    type: 'boolean',
    name: 'Summer sale',
    description: 'Over until next year',
    kind: 'ops',
    owner: 'marketing',
    tags: ['shop-window'],
    environments: { development: off, production: off },
  },
];

const BEHIND_THE_SHOP = [
  {
    key: 'orders-by-queue',
    type: 'boolean',
    name: 'Orders go through the queue',
    kind: 'ops',
    owner: 'platform',
    tags: ['backend'],
    metadata: { runbook: 'orders', fractional: false },
    environments: { development: on, production: { ...on, state: 'off' } },
  },
  {
    key: 'mail-digest',
    type: 'string',
    variants: { never: 'never', daily: 'daily', weekly: 'weekly' },
    name: 'How often we write',
    kind: 'release',
    owner: 'marketing',
    tags: ['backend'],
    environments: {
      development: { state: 'on', offVariant: 'never', fallthrough: { variant: 'daily' } },
      production: {
        state: 'on',
        offVariant: 'never',
        rules: [
          {
            if: { attribute: 'signedUpAt', op: 'after', values: ['2026-01-01T00:00:00Z'] },
            serve: { variant: 'weekly' },
          },
        ],
        fallthrough: split({ never: 70_000, weekly: 30_000 }),
      },
    },
  },
  {
    key: 'legacy-export',
    type: 'boolean',
    name: 'Export as it was before',
    description: 'Nobody has asked for it for weeks: its code can go',
    owner: 'platform',
    tags: ['backend'],
    environments: { development: on, production: on },
  },
];

/** On its way while one looks (demo-rollout.ts). */
const ON_ITS_WAY = [
  {
    key: 'address-lookup',
    type: 'boolean',
    name: 'Find the address while it is typed',
    description: 'Asks the post for addresses; it must not be slower than typing',
    owner: 'payments',
    tags: ['checkout'],
    clientVisible: true,
    environments: { development: on, production: { state: 'on', fallthrough: { variant: 'off' } } },
  },
];

/** Flags that no document names: each type and kind, rules in rules, prerequisites and splits of all sorts. */
export const OTHER_FLAGS = [...IN_THE_CHECKOUT, ...IN_THE_SHOP, ...BEHIND_THE_SHOP, ...ON_ITS_WAY];

export const DEMO_FLAGS = [...DOCUMENTED_FLAGS, ...OTHER_FLAGS];
