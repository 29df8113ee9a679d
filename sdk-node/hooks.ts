import type { Context, Evaluation, JsonValue } from '@turnout/core';
import type { Notes } from './logger.ts';

/** What a hook is told of the evaluation that it is called around. */
export interface HookContext {
  readonly key: string;
  readonly coded: JsonValue;
  readonly context: Context;
}

/**
 * Called around every evaluation of one flag, in OpenFeature's order: `before` in the order of the list, the others
 * backwards. Hooks are synchronous. One that throws is skipped and logged once; the evaluation goes on.
 */
export interface Hook {
  /** What it answers is laid over the context of the evaluation. */
  before?(hook: HookContext): Context | undefined;
  /** The evaluation has no error. */
  after?(hook: HookContext, evaluation: Evaluation): void;
  /** The evaluation has an `errorCode`. */
  error?(hook: HookContext, evaluation: Evaluation): void;
  /** In any case, at last. */
  finally?(hook: HookContext, evaluation: Evaluation): void;
}

type Stage = 'before' | 'after' | 'error' | 'finally';

/** What a hook threw is said once per stage. Nobody waits for one that is asynchronous, but its failure must not go unheard. */
function guard<T>(notes: Notes, stage: Stage, call: () => T): T | undefined {
  const skip = (error: unknown) => {
    const said = error instanceof Error ? error.message : 'something that is no error';
    notes.once(`hook ${stage}`, 'warn', () => `a hook's \`${stage}\` threw and was skipped: ${said}`);
  };
  try {
    const given = call();
    if (!(given instanceof Promise)) return given;
    given.catch(skip);
  } catch (error) {
    skip(error);
  }
  return undefined;
}

function withMore(hook: HookContext, more: unknown): HookContext {
  return typeof more === 'object' && more !== null ? { ...hook, context: { ...hook.context, ...more } } : hook;
}

/** Evaluates between the hooks. Total, as `evaluate` itself is. */
export function evaluateHooked(
  hooks: readonly Hook[],
  notes: Notes,
  asked: HookContext,
  evaluate: (context: Context) => Evaluation,
): Evaluation {
  let hook = asked;
  for (const one of hooks) {
    const more = guard(notes, 'before', () => one.before?.(hook));
    hook = guard(notes, 'before', () => withMore(hook, more)) ?? hook;
  }
  const evaluation = evaluate(hook.context);
  const outcome = evaluation.errorCode === undefined ? 'after' : 'error';
  const backwards = [...hooks].reverse();
  for (const one of backwards) guard(notes, outcome, () => one[outcome]?.(hook, evaluation));
  for (const one of backwards) guard(notes, 'finally', () => one.finally?.(hook, evaluation));
  return evaluation;
}
