/** The demo: what a small shop might have. The documents name these flags; demo-flags.ts has the others. */
export const DEMO_PROJECT = { key: 'demo', name: 'Demo shop', demo: true };

export const DEMO_ENVIRONMENTS = [
  { key: 'development', name: 'Development' },
  { key: 'production', name: 'Production' },
];

/** Made in every environment, in this order: one names another. */
export const DEMO_SEGMENTS = [
  {
    key: 'beta-testers',
    name: 'Beta testers',
    description: 'People who asked to see things early, and everybody of our own',
    included: ['user-17', 'user-42'],
    if: { attribute: 'email', op: 'endsWith', values: ['@shop.example'], ignoreCase: true },
  },
  {
    key: 'german-speaking',
    name: 'German-speaking countries',
    if: { attribute: 'country', op: 'equals', values: ['CH', 'DE', 'AT'] },
  },
  {
    key: 'loyal-customers',
    name: 'Loyal customers',
    description: 'A dozen orders in the last year, and those whom support has put here',
    included: ['user-99', 'user-311'],
    excluded: ['user-666'],
    if: { attribute: 'ordersLastYear', op: 'gte', values: [12] },
  },
  {
    key: 'business-at-home',
    name: 'Businesses in our own countries',
    description: 'They may pay by invoice',
    if: {
      all: [
        { segment: 'german-speaking' },
        { attribute: 'plan', op: 'equals', values: ['business', 'enterprise'] },
        { not: { attribute: 'overdueInvoices', op: 'gt', values: [0] } },
      ],
    },
  },
];

const ON = { state: 'on', fallthrough: { variant: 'on' } };
const OFF_FOR_MOST = {
  state: 'on',
  rules: [{ if: { segment: 'beta-testers' }, serve: { variant: 'on' } }],
};

/** The flags that the documents name. */
export const DOCUMENTED_FLAGS = [
  {
    key: 'new-checkout',
    type: 'boolean',
    name: 'New checkout',
    description: 'The checkout with one page instead of three',
    owner: 'payments',
    tags: ['checkout'],
    clientVisible: true,
    environments: { development: ON, production: ON },
  },
  {
    key: 'smart-search',
    type: 'boolean',
    name: 'Smart search',
    description: 'Being rolled out: beta testers have it, and one in five of everybody else',
    owner: 'search',
    tags: ['search'],
    environments: {
      development: ON,
      production: { ...OFF_FOR_MOST, fallthrough: { split: { weights: { on: 20_000, off: 80_000 } } } },
    },
  },
  {
    key: 'checkout-button',
    type: 'string',
    variants: { 'buy-now': 'Buy now', 'place-order': 'Place order', pay: 'Pay' },
    name: 'Text of the button in the checkout',
    kind: 'experiment',
    owner: 'payments',
    tags: ['checkout'],
    clientVisible: true,
    environments: {
      development: { state: 'on', offVariant: 'buy-now', fallthrough: { variant: 'place-order' } },
      production: {
        state: 'on',
        offVariant: 'buy-now',
        fallthrough: { split: { weights: { 'buy-now': 34_000, 'place-order': 33_000, pay: 33_000 } } },
      },
    },
  },
  {
    key: 'upload-limit-mb',
    type: 'number',
    variants: { small: 10, large: 250 },
    name: 'Largest upload in megabytes',
    kind: 'permission',
    owner: 'platform',
    environments: {
      development: { state: 'on', offVariant: 'small', fallthrough: { variant: 'large' } },
      production: {
        state: 'on',
        offVariant: 'small',
        rules: [
          { if: { attribute: 'plan', op: 'equals', values: ['business', 'enterprise'] }, serve: { variant: 'large' } },
        ],
        fallthrough: { variant: 'small' },
      },
    },
  },
  {
    key: 'banner',
    type: 'object',
    variants: {
      none: { show: false },
      sale: { show: true, text: 'Everything 20 % off until Sunday', color: '#b00020' },
    },
    name: 'Banner on every page',
    kind: 'ops',
    owner: 'marketing',
    tags: ['shop-window'],
    clientVisible: true,
    environments: {
      development: { state: 'on', offVariant: 'none', fallthrough: { variant: 'sale' } },
      production: {
        state: 'on',
        offVariant: 'none',
        rules: [{ if: { attribute: 'country', op: 'equals', values: ['CH', 'DE', 'AT'] }, serve: { variant: 'sale' } }],
        fallthrough: { variant: 'none' },
      },
    },
  },
  {
    key: 'maintenance-mode',
    type: 'boolean',
    name: 'Maintenance mode',
    description: 'Shows everybody a page that says when we are back',
    kind: 'ops',
    owner: 'platform',
    environments: {},
  },
];
