import type { Condition } from '@turnout/core';
import type { Draft, DraftServe } from './draft.ts';
import { sumFault } from './weights.ts';

/** Something that the server would refuse, with the piece of the draft where it stands. */
export interface DraftFault {
  place: string;
  says: string;
}

/** What is known of the place: the variants of the flag, and core's own check of a condition. */
export interface DraftGround {
  variants: readonly string[];
  conditionFaults: ((condition: Condition, path: string) => { path: string; expected: string }[]) | undefined;
}

/** What is wrong with a draft, so that it is told before it is sent; empty where nothing is. */
export function findDraftFaults(draft: Draft, ground: DraftGround): DraftFault[] {
  const faults: DraftFault[] = [];
  const { offVariant, prerequisites, rules, fallthrough } = draft;
  if (offVariant !== null && !ground.variants.includes(offVariant)) {
    faults.push({ place: 'offVariant', says: `There is no variant ${offVariant}.` });
  }
  for (const { flag, variants } of prerequisites) {
    if (flag === '') faults.push({ place: 'prerequisites', says: 'Say which flag is needed.' });
    else if (variants.length === 0) faults.push({ place: 'prerequisites', says: `Say what ${flag} must give.` });
  }
  for (const { id, if: condition, serve } of rules) {
    const place = `rule ${id}`;
    const [fault] = ground.conditionFaults?.(condition, '') ?? [];
    if (fault) faults.push({ place, says: `Its condition is not complete: ${fault.expected} is expected.` });
    faults.push(...serveFaults(place, serve, ground.variants));
  }
  return [...faults, ...serveFaults('fallthrough', fallthrough, ground.variants)];
}

function serveFaults(place: string, serve: DraftServe, variants: readonly string[]): DraftFault[] {
  if ('coded' in serve) return [];
  const named = 'variant' in serve ? [serve.variant] : Object.keys(serve.split.weights);
  const unknown = named.find((name) => !variants.includes(name));
  if (unknown !== undefined) return [{ place, says: `There is no variant ${unknown}.` }];
  if (!('split' in serve)) return [];
  if (serve.split.by === '') return [{ place, says: 'Say by which attribute users are split.' }];
  const says = sumFault(serve.split.weights, serve.split.of);
  return says === undefined ? [] : [{ place, says }];
}
