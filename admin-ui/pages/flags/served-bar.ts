import type { FlagAnswer } from '@turnout/server/contracts';
import type { BarShare } from '../../parts/rollout-bar.ts';
import { variantColour } from '../../parts/variant-colour.ts';

type Summary = FlagAnswer['environments'][string];

const CODED = 'the coded default';

/** What users get of a flag, as the pieces of a bar; rules are not drawn, the words beside it count them. */
export function servedShares(variants: readonly string[], summary: Summary): BarShare[] {
  const { state, killed, shares, offVariant } = summary;
  const colour = (variant: string) => variantColour(variants, variant, offVariant);
  // A flag that is off keeps the shares that it will have: nobody gets them now.
  if (killed || state === 'off') {
    const variant = offVariant ?? CODED;
    return [{ variant, share: 1, colour: colour(variant) }];
  }
  const given = Object.entries(shares);
  if (given.length === 0) return [{ variant: CODED, share: 1, colour: colour(CODED) }];
  // The off variant stands last, so that what is rolled out grows from the left.
  return given
    .map(([variant, share]) => ({ variant, share, colour: colour(variant) }))
    .sort((a, b) => Number(a.variant === offVariant) - Number(b.variant === offVariant));
}
