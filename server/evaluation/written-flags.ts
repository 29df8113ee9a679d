import type { Compiled, Flag } from '@turnout/core';
import { FlagTexts } from './item-text.ts';

/** One flag of a compiled ruleset, with the texts that it can answer. */
export interface WrittenFlag {
  key: string;
  flag: Flag;
  texts: FlagTexts;
}

/** Who looks: client keys see the flags that clients may see, server keys see all of them. */
export type Sight = 'client' | 'server';

/** The flags of one compiled ruleset as they are answered, in the order of their keys. */
export interface WrittenFlags {
  byKey: Map<string, WrittenFlag>;
  every: readonly WrittenFlag[];
  /** Those that a client key may see. */
  visible: readonly WrittenFlag[];
  /** The ages at which one of them becomes too old by its author's word, ascending; empty where no flag has one. */
  everyLimits: readonly number[];
  visibleLimits: readonly number[];
}

/** The flags that are seen, in the order of their keys. */
export function seenFlags(flags: WrittenFlags, sight: Sight): readonly WrittenFlag[] {
  return sight === 'client' ? flags.visible : flags.every;
}

// Both follow the lifetime of what they are kept for: texts live as long as their flag, which survives every patch
// that leaves it alone, and the lists as long as the compiled ruleset is served.
const textsOfFlag = new WeakMap<Flag, FlagTexts>();
const writtenOfCompiled = new WeakMap<Compiled, WrittenFlags>();

/** The written flags of a compiled ruleset; made at the first call and kept with it. */
export function writtenFlags(compiled: Compiled): WrittenFlags {
  let written = writtenOfCompiled.get(compiled);
  if (written === undefined) {
    written = prepare(compiled);
    writtenOfCompiled.set(compiled, written);
  }
  return written;
}

function prepare({ ruleset }: Compiled): WrittenFlags {
  const keys = Object.keys(ruleset.flags).sort();
  const every = keys.map((key) => writtenFlag(ruleset.flags[key] as Flag));
  const visible = every.filter((one) => one.flag.clientVisible);
  return {
    byKey: new Map(every.map((one) => [one.key, one])),
    every,
    visible,
    everyLimits: stalenessLimits(every),
    visibleLimits: stalenessLimits(visible),
  };
}

function writtenFlag(flag: Flag): WrittenFlag {
  let texts = textsOfFlag.get(flag);
  if (texts === undefined) {
    texts = new FlagTexts(flag);
    textsOfFlag.set(flag, texts);
  }
  return { key: flag.key, flag, texts };
}

function stalenessLimits(flags: readonly WrittenFlag[]): number[] {
  const limits = flags.flatMap(({ flag }) => (flag.maxStalenessMs === undefined ? [] : [flag.maxStalenessMs]));
  return [...new Set(limits)].sort((a, b) => a - b);
}
