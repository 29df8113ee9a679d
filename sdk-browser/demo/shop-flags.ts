import type { FlagKey, JsonObject, Turnout } from '../index.ts';

/** The demo's flags that the shop follows, as `turnout codegen` would write them. */
export type ShopFlags = {
  banner: JsonObject;
  'image-quality': number;
  recommendations: JsonObject;
  'free-delivery': boolean;
  'delivery-promise': string;
  'new-checkout': boolean;
  'express-pay': boolean;
  'invoice-payment': boolean;
  'address-lookup': boolean;
  'checkout-button': string;
};
export type ShopFlag = FlagKey<ShopFlags>;
export type Shop = Turnout<ShopFlags>;

/** What holds where a flag has no answer. */
export const coded: ShopFlags = {
  banner: { show: false },
  'image-quality': 0.8,
  recommendations: { rows: 0 },
  'free-delivery': false,
  'delivery-promise': 'none',
  'new-checkout': false,
  'express-pay': false,
  'invoice-payment': false,
  'address-lookup': false,
  'checkout-button': 'Buy now',
};
