import { type Compiled, type CompiledFlag, constantAnswer } from '@turnout/core';
import type { Served } from '../delivery/served.ts';
import { type Sight, seenFlags, type WrittenFlag, writtenFlags } from './written-flags.ts';

/** What a step changed for those who have values and no rules. Items are JSON, in the very bytes of a bulk answer. */
export interface ValuesStep {
  /** Flags that answer otherwise than before, and the same to everybody. */
  flags: string[];
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
  const step: ValuesStep = { flags: [], removed: [], isMore: false };
  for (const one of seenFlags(present, sight)) {
    const flag = now.compiled.flags.get(one.key);
    if (flag === undefined || flag === before.compiled.flags.get(one.key)) continue;
    const text = constantText(now.compiled, one, flag);
    if (text === undefined) step.isMore = true;
    else if (text !== textBefore(before.compiled, old.byKey.get(one.key), sight)) step.flags.push(text);
  }
  for (const { key } of seenFlags(old, sight)) {
    if (!isSeen(present.byKey.get(key), sight)) step.removed.push(key);
  }
  return step;
}

/**
 * What the kills that are not recorded yet bring about: the off answers of the flags that they name, and of those that
 * need them. Each is the same to everybody, for a killed prerequisite is met by nobody.
 */
export function heldItems(served: Served, sight: Sight): string[] {
  const { overlay, compiled } = served;
  if (overlay.length === 0) return [];
  const affected = new Map<string, boolean>();
  for (const entry of overlay) if (entry.kind === 'kill') affected.set(entry.flag, true);
  const isAffected = (key: string): boolean => {
    const found = affected.get(key);
    if (found !== undefined) return found;
    const flag = compiled.flags.get(key);
    // What is tangled answers with an error whatever it needs; and where nothing is, no chain is long.
    const is = flag !== undefined && !flag.isTangled && flag.references.flags.some(isAffected);
    affected.set(key, is);
    return is;
  };
  return seenFlags(writtenFlags(compiled), sight).flatMap((one) => {
    const flag = isAffected(one.key) ? compiled.flags.get(one.key) : undefined;
    const answer = flag === undefined ? undefined : constantAnswer(compiled, flag);
    return answer?.reason === 'DISABLED' ? [one.texts.write(answer)] : [];
  });
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
