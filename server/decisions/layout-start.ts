import type { Serve, Split } from '@turnout/core';
import { movedShare, NATIVE_BUCKETS } from '../flags/plan-serve.ts';
import type { Stage } from '../policies/policy.ts';
import { splitAt } from './layout.ts';

/** What a run is to start on, and with what. */
export interface StartTerms {
  from: string;
  to: string;
  /** The attribute whose values are the policy's units. */
  by: string;
  /** The salt of the target: whoever was drawn once is drawn the same again. */
  salt: string;
  stages: readonly Stage[];
}

/**
 * Whether a run may start on what the target serves. If not: why, and the nearest serve on which it may, with the share
 * of users who would get something else by it. That serve is written first, as a change of its own, or not at all.
 */
export type StartCheck =
  | { may: true; salt: string }
  | { may: false; because: string; offer: { serve: Serve; moved: number } };

/**
 * A run starts on one variant, or on a split of from and to that gives `to` the first buckets and no more of them than
 * the first stage will. On anything else the first stage would take `to` from somebody, or move users who are not its own.
 */
export function checkStart(anchor: Serve, terms: StartTerms): StartCheck {
  const { from, to, by } = terms;
  const first = terms.stages.find(({ exposure }) => exposure !== undefined)?.exposure ?? NATIVE_BUCKETS;
  const served = bucketsOf(anchor, to);
  // Drawn anew, everybody moves: units that are drawn as the run would draw them keep their buckets.
  const salt = 'split' in anchor && isDrawnAlike(anchor.split, by) ? anchor.split.salt : terms.salt;
  const refuse = (because: string): StartCheck => {
    const exposure = Math.min(Math.floor(served), first);
    const serve: Serve = exposure === 0 ? { variant: from } : splitAt(exposure, { ...terms, salt });
    return { may: false, because, offer: { serve, moved: movedShare(anchor, serve) } };
  };
  if (served > first) {
    return refuse(`${to} has ${percent(served)} already, and the first stage would take some of it away`);
  }
  if ('coded' in anchor) return refuse(`the caller's own default is served, and not ${from}`);
  if ('variant' in anchor) {
    if (anchor.variant === from || anchor.variant === to) return { may: true, salt: terms.salt };
    return refuse(`${anchor.variant} is served, and not ${from}`);
  }
  const { split } = anchor;
  const others = [...new Set(split.slices.map(([, , variant]) => variant))].filter(
    (each) => each !== from && each !== to,
  );
  if (others.length > 0) return refuse(`the split also serves ${others.join(', ')}`);
  // A split that gives everybody the same is one variant, whatever it is drawn by.
  if (served === 0 || served === NATIVE_BUCKETS) return { may: true, salt };
  if (split.by !== by) return refuse(`the split is by ${split.by}, and the policy's units are by ${by}`);
  if (!isDrawnAlike(split, by)) return refuse('the split was imported, and keeps the buckets of where it came from');
  if (split.slices.filter(([, , variant]) => variant === to).length > 1) {
    return refuse(`${to} has several slices of the split, and not only the first`);
  }
  if (split.slices[0]?.[2] !== to) return refuse(`${to} does not have the first slice of the split`);
  return { may: true, salt };
}

function isDrawnAlike(split: Split, by: string): boolean {
  return split.by === by && split.hash === undefined && split.of === NATIVE_BUCKETS;
}

/** How many of the native buckets a variant has; a fraction of one where the split is of another number. */
function bucketsOf(serve: Serve, variant: string): number {
  if ('coded' in serve) return 0;
  if ('variant' in serve) return serve.variant === variant ? NATIVE_BUCKETS : 0;
  const given = serve.split.slices.filter(([, , name]) => name === variant);
  return (given.reduce((sum, [start, end]) => sum + end - start, 0) * NATIVE_BUCKETS) / serve.split.of;
}

const percent = (buckets: number) => `${Number((buckets / 1000).toFixed(3))} %`;
