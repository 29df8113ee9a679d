import { type Compiled, type CompiledFlag, constantAnswer } from '@turnout/core';
import type { Served } from '../delivery/served.ts';
import { type Sight, seenFlags, type WrittenFlag, writtenFlags } from './written-flags.ts';

/** What a step changed for those who have values and no rules. Items are JSON, in the very bytes of a bulk answer. */
export interface ValuesStep {
  /** By key, what answers otherwise than before, and the same to everybody. */
  flags: Map<string, string>;
  /** Keys of flags that are gone, or are not seen any more. */
  removed: string[];
  /** Whether other flags may answer otherwise as well: only an evaluation can tell for whom. */
  isMore: boolean;
}

/**
 * Compares two rulesets by what is seen of them. A compiled flag stays the same object while neither it nor anything
 * that it names has changed, so whatever is another object may answer otherwise: dependants and segments included.
 */
export function valuesStep(before: Served, now: Served, sight: Sight): ValuesStep {
  const [old, present] = [writtenFlags(before.compiled), writtenFlags(now.compiled)];
  const step: ValuesStep = { flags: new Map(), removed: [], isMore: false };
  for (const one of seenFlags(present, sight)) {
    const flag = now.compiled.flags.get(one.key);
    if (flag === undefined || flag === before.compiled.flags.get(one.key)) continue;
    const text = constantText(now.compiled, one, flag);
    if (text === undefined) step.isMore = true;
    else if (text !== textBefore(before.compiled, old.byKey.get(one.key), sight)) step.flags.set(one.key, text);
  }
  for (const { key } of seenFlags(old, sight)) {
    if (!isSeen(present.byKey.get(key), sight)) step.removed.push(key);
  }
  return step;
}

/**
 * What each kill that is not recorded yet brings about, by its id and then by key: the off answers of the flag that it
 * names, and of those that need it. They are the same to everybody, for a killed prerequisite is met by nobody. A kill
 * of which nothing is seen has none.
 */
export function heldItems(served: Served, sight: Sight): Map<string, Map<string, string>> {
  const kills = served.overlay.filter(({ kind }) => kind === 'kill');
  return new Map(kills.map(({ id, flag }) => [id, itemsOf(served.compiled, flag, sight)]));
}

function itemsOf(compiled: Compiled, killed: string, sight: Sight): Map<string, string> {
  const affected = new Map<string, boolean>([[killed, true]]);
  const isAffected = (key: string): boolean => {
    const found = affected.get(key);
    if (found !== undefined) return found;
    const flag = compiled.flags.get(key);
    // What is tangled answers with an error whatever it needs; and where nothing is, no chain is long.
    const is = flag !== undefined && !flag.isTangled && flag.references.flags.some(isAffected);
    affected.set(key, is);
    return is;
  };
  const items = new Map<string, string>();
  for (const one of seenFlags(writtenFlags(compiled), sight)) {
    const flag = isAffected(one.key) ? compiled.flags.get(one.key) : undefined;
    const answer = flag === undefined ? undefined : constantAnswer(compiled, flag);
    if (answer?.reason === 'DISABLED') items.set(one.key, one.texts.write(answer));
  }
  return items;
}

function constantText(compiled: Compiled, one: WrittenFlag, flag: CompiledFlag): string | undefined {
  const answer = constantAnswer(compiled, flag);
  return answer === undefined ? undefined : one.texts.write(answer);
}

function textBefore(compiled: Compiled, one: WrittenFlag | undefined, sight: Sight): string | undefined {
  const flag = one === undefined ? undefined : compiled.flags.get(one.key);
  return one !== undefined && flag !== undefined && isSeen(one, sight) ? constantText(compiled, one, flag) : undefined;
}

function isSeen(one: WrittenFlag | undefined, sight: Sight): boolean {
  return one !== undefined && (sight === 'server' || one.flag.clientVisible);
}
