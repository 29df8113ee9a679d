import type { Evaluation } from '../model/evaluation.ts';
import type { Compiled } from './compile.ts';
import { type CompiledFlag, isMetBy } from './flag.ts';

// Follows the lifetime of what it is of: a flag stays the same object while it and all that it names do.
const known = new WeakMap<CompiledFlag, Evaluation | 'by context'>();

/**
 * What a flag answers to everybody, whatever the context and however old the flags are; undefined where it depends on
 * either. Of an answer for want of a prerequisite only `disabledBy` may differ, which is never sent.
 */
export function constantAnswer(compiled: Compiled, flag: CompiledFlag): Evaluation | undefined {
  const answer = answerWhateverContext(compiled, flag);
  return answer !== undefined && isAgeless(flag, answer) ? answer : undefined;
}

function answerWhateverContext(compiled: Compiled, flag: CompiledFlag): Evaluation | undefined {
  if (flag.constant !== undefined) return flag.constant;
  let found = known.get(flag);
  if (found === undefined) {
    // Whichever of its prerequisites is asked first and not met, the off variant is what comes of it.
    found = lacksPrerequisite(compiled, flag) ? flag.off : 'by context';
    known.set(flag, found);
  }
  return found === 'by context' ? undefined : found;
}

/** True when there is a prerequisite that is met by nobody. A flag whose answer is no constant has them in good shape. */
function lacksPrerequisite(compiled: Compiled, { source }: CompiledFlag): boolean {
  return source.prerequisites.some(({ flag: name, variants }) => {
    const needed = compiled.flags.get(name);
    if (needed === undefined) return true;
    const answer = answerWhateverContext(compiled, needed);
    return answer !== undefined && !isMetBy(variants, answer);
  });
}

/** A flag that is to be off when it is too old has two answers, unless it has an error or is off already. */
function isAgeless({ source }: CompiledFlag, { errorCode, reason }: Evaluation): boolean {
  const ages = source.whenStale === 'off' && source.maxStalenessMs !== undefined;
  return !ages || errorCode !== undefined || reason === 'DISABLED';
}
