import type { JsonValue } from '@turnout/core';
import { draw } from './demo-shoppers.ts';

/** A place in the shop's code that asks a flag, and the default that stands there. */
export type Question = readonly [flag: string, coded: JsonValue];

/** The code of the shop, as far as it asks flags. What nobody asks is there to be found: see docs/decisions/0028. */
const CODE = {
  front: [
    ['maintenance-mode', false],
    ['banner', { show: false }],
    ['recommendations', { rows: 0 }],
    ['image-quality', 0.8],
  ],
  search: [
    ['smart-search', false],
    ['search-page-size', 24],
  ],
  basket: [
    ['new-checkout', false],
    ['checkout-button', 'Buy now'],
    ['express-pay', false],
    ['free-delivery', false],
    ['delivery-promise', 'none'],
  ],
  address: [['address-lookup', false]],
  order: [
    ['new-checkout', false],
    ['invoice-payment', false],
    ['free-delivery', false],
    ['fraud-check-v2', false],
    ['orders-by-queue', true],
  ],
  upload: [['upload-limit-mb', 10]],
  job: [
    ['orders-by-queue', true],
    ['mail-digest', 'never'],
  ],
} as const satisfies Record<string, readonly Question[]>;
export type Piece = keyof typeof CODE;

export function questionsOf(piece: Piece): readonly Question[] {
  return CODE[piece];
}

/** Who runs which pieces. Each is one client of the SDK, and is called by its host where running apps are listed. */
export const PROGRAMS = {
  web: { hosts: ['web-1', 'web-2', 'web-3', 'web-4'], environment: 'production' },
  checkout: { hosts: ['checkout-api-1', 'checkout-api-2'], environment: 'production' },
  worker: { hosts: ['worker-1'], environment: 'production' },
  trial: { hosts: ['dev-web-1', 'dev-laptop'], environment: 'development' },
} as const;
export type Program = keyof typeof PROGRAMS;

/** What one step of a visit asks, where, and what it tells of. */
export interface VisitStep {
  program: Program;
  piece: Piece;
  event?: { name: string; value?: number };
}

/** What the so-many-th visitor does: everybody looks, some search, a few order. */
export function stepsOfVisit(visit: number): VisitStep[] {
  const luck = draw(`steps ${visit}`, 100);
  const steps: VisitStep[] = [{ program: 'web', piece: 'front', event: { name: 'page-viewed' } }];
  if (luck < 45) steps.push({ program: 'web', piece: 'search', event: { name: 'search-run' } });
  if (luck < 22) {
    steps.push({ program: 'web', piece: 'basket', event: { name: 'basket-opened' } });
    const fails = draw(`address ${visit}`, 100) < 3;
    steps.push({ program: 'web', piece: 'address', event: { name: fails ? 'address-failed' : 'address-found' } });
  }
  if (luck < 9) {
    const value = 15 + draw(`order ${visit}`, 18_500) / 100;
    steps.push({ program: 'checkout', piece: 'order', event: { name: 'order-placed', value } });
    steps.push({ program: 'worker', piece: 'job' });
  }
  if (luck >= 96) steps.push({ program: 'web', piece: 'upload' });
  return steps;
}

/** What a developer clicks through: everything, on one's own machine. */
export const TRIAL_STEPS: readonly VisitStep[] = (['front', 'search', 'basket', 'order', 'job'] as const).map(
  (piece) => ({ program: 'trial', piece }),
);
