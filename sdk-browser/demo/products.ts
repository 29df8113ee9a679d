import type { Shape } from './make.ts';

export interface Product {
  id: string;
  name: string;
  note: string;
  /** In francs. */
  price: number;
  drawing: readonly Shape[];
}

const at = (x: number, y: number, width: number, height: number, tone: string, rx = 2): Shape => [
  'rect',
  { x: String(x), y: String(y), width: String(width), height: String(height), rx: String(rx), class: tone },
];
const round = (cx: number, cy: number, r: number, tone: string): Shape => [
  'circle',
  { cx: String(cx), cy: String(cy), r: String(r), class: tone },
];
const path = (d: string, tone: string): Shape => ['path', { d, class: tone }];

export const PRODUCTS: readonly Product[] = [
  {
    ...{ id: 'notebook', name: 'Notebook', note: 'dotted, 192 pages', price: 14 },
    drawing: [at(26, 16, 46, 64, 'tone-1', 4), at(26, 16, 9, 64, 'tone-2', 3), at(44, 30, 20, 4, 'tone-3')],
  },
  {
    ...{ id: 'lamp', name: 'Desk lamp', note: 'brass, 4 W', price: 89 },
    drawing: [
      path('M34 78h28', 'line'),
      path('M48 78V44L30 26', 'line'),
      path('M20 34l18-18 10 18z', 'tone-4'),
      round(31, 31, 4, 'tone-3'),
    ],
  },
  {
    ...{ id: 'cup', name: 'Cup', note: 'stoneware, 3 dl', price: 19 },
    drawing: [
      path('M24 32h40v28a14 14 0 0 1-14 14H38a14 14 0 0 1-14-14z', 'tone-5'),
      path('M64 40h6a8 8 0 0 1 0 18h-6', 'line'),
    ],
  },
  {
    ...{ id: 'pencils', name: 'Pencils', note: 'twelve, HB', price: 12 },
    drawing: [
      at(32, 28, 8, 50, 'tone-4', 1),
      at(44, 20, 8, 58, 'tone-1', 1),
      at(56, 32, 8, 46, 'tone-5', 1),
      path('M32 28l4-10 4 10z', 'tone-3'),
      path('M44 20l4-10 4 10z', 'tone-3'),
      path('M56 32l4-10 4 10z', 'tone-3'),
    ],
  },
  {
    ...{ id: 'ruler', name: 'Ruler', note: 'steel, 30 cm', price: 22 },
    drawing: [
      at(14, 40, 68, 16, 'tone-2', 2),
      path('M22 40v6M30 40v9M38 40v6M46 40v9M54 40v6M62 40v9M70 40v6', 'line'),
    ],
  },
  {
    ...{ id: 'mat', name: 'Desk mat', note: 'wool felt', price: 39 },
    drawing: [at(14, 26, 68, 46, 'tone-5', 6), path('M20 64h56', 'line'), round(68, 38, 5, 'tone-3')],
  },
];

export const BESTSELLERS = ['cup', 'notebook', 'pencils'];
export const BOUGHT_BEFORE = ['lamp', 'mat', 'ruler'];

export function productOf(id: string): Product {
  return PRODUCTS.find((product) => product.id === id) ?? (PRODUCTS[0] as Product);
}

/** As prices are written in this shop. */
export function francs(price: number): string {
  return `CHF ${price.toFixed(2)}`;
}
