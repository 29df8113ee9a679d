import { guardBound, rateEvidence } from '@turnout/server/statistics';
import { type Dice, drawBinomial } from './dice.ts';

/** A run whose variant changes nothing. */
export interface NullTerms {
  /** In each of the two arms; the same units come again in every entry, and stay in their arms. */
  units: number;
  /** The share of units that have the event in nearly every entry, whatever they are served. */
  prone: number;
  /** How likely one of those has it in an entry, and how likely any other. */
  again: number;
  otherwise: number;
  entries: number;
  /** How often an entry is looked at while its units come in. */
  looks: number;
  alpha: number;
}

export const NULL_TERMS: NullTerms = {
  ...{ units: 20_000, prone: 0.02, again: 0.8, otherwise: 0.002, entries: 6, looks: 200, alpha: 0.01 },
};

/** Which way of judging called out, at any look of any entry. */
export interface Alarms {
  /** Each entry alone, with its part of alpha: what guards do. */
  eachAlone: boolean;
  /** The same test with the evidence of all entries added up, at the whole alpha. */
  added: boolean;
  /** An ordinary test of two rates at every look. */
  peeked: boolean;
}

/** The e-process of the guards as it is fed: (treatment, control), with an opening at every 200th event-unit. */
interface Fed {
  treatment: number;
  control: number;
  restarts: [number, number][];
}

const NO_MARGIN = { direction: 'up', margin: 0 } as const;
const RESTART_EVERY = 200;
/** Of the normal distribution, one-sided, at 1 %. */
const Z_AT_ONE_PER_CENT = 2.3263478740408408;

/** One run under the null, with no margin at all: the hardest case, for there every excess speaks against the variant. */
export function runNull(dice: Dice, terms: NullTerms): Alarms {
  const prone = [drawBinomial(dice, terms.units, terms.prone), drawBinomial(dice, terms.units, terms.prone)] as const;
  const alarms: Alarms = { eachAlone: false, added: false, peeked: false };
  const all: Fed = { treatment: 0, control: 0, restarts: [] };
  for (let entry = 1; entry <= terms.entries; entry++) {
    const alone: Fed = { treatment: 0, control: 0, restarts: [] };
    const treatment = drawLooks(dice, terms, prone[0]);
    const control = drawLooks(dice, terms, prone[1]);
    const bound = guardBound(terms.alpha, 1, entry);
    for (let look = 0; look < terms.looks; look++) {
      feed(dice, [alone, all], treatment[look]!, control[look]!);
      alarms.eachAlone ||= rateEvidence(NO_MARGIN, alone, alone.restarts) >= bound;
      alarms.added ||= rateEvidence(NO_MARGIN, all, all.restarts) >= -Math.log(terms.alpha);
      alarms.peeked ||= scoreOf(alone, (terms.units * (look + 1)) / terms.looks) > Z_AT_ONE_PER_CENT;
    }
  }
  return alarms;
}

/** How many units of an arm have the event between each two looks of an entry. */
function drawLooks(dice: Dice, { units, again, otherwise, looks }: NullTerms, prone: number): Uint32Array {
  const hits = new Uint32Array(looks);
  const count = drawBinomial(dice, prone, again) + drawBinomial(dice, units - prone, otherwise);
  for (let hit = 0; hit < count; hit++) {
    const look = Math.floor(dice() * looks);
    hits[look] = hits[look]! + 1;
  }
  return hits;
}

/** Events of both arms in random order, as they come. */
function feed(dice: Dice, into: readonly Fed[], treatment: number, control: number): void {
  let [left, right] = [treatment, control];
  while (left + right > 0) {
    const isTreatment = dice() * (left + right) < left;
    if (isTreatment) left -= 1;
    else right -= 1;
    for (const fed of into) {
      if (isTreatment) fed.treatment += 1;
      else fed.control += 1;
      if ((fed.treatment + fed.control) % RESTART_EVERY === 0) fed.restarts.push([fed.treatment, fed.control]);
    }
  }
}

/** The z-score of two rates of as many units each. */
function scoreOf({ treatment, control }: Fed, units: number): number {
  const pooled = (treatment + control) / (2 * units);
  const error = Math.sqrt(2 * units * pooled * (1 - pooled));
  return error === 0 ? 0 : (treatment - control) / error;
}
