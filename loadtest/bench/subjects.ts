import { type Compiled, type Context, evaluate, evaluateAll, type Ruleset } from '@turnout/core';
import { Turnout } from '@turnout/sdk-node';
import type { Run } from './interleave.ts';
import type { Workload } from './workloads.ts';

/** What is timed: an evaluator over the workload's ruleset. */
export interface Subject {
  name: string;
  /** Whether the goals are for it. */
  isHeld: boolean;
  /** The boolean of one flag. */
  one: (key: string, context: Context) => boolean;
  /** How many of all flags are true. */
  all: (context: Context) => number;
}

/** The client as an application has it, started from a file. Without a key it asks no server. */
export function sdkSubject(ruleset: Ruleset): Subject {
  const bootstrap = { ruleset, overlay: [], settled: [] };
  const client = new Turnout({ url: 'http://127.0.0.1:9', key: '', logger: false, bootstrap });
  return {
    name: 'sdk-node',
    isHeld: true,
    one: (key, context) => client.boolean(key, false, context),
    all: (context) => {
      const answers = client.all(context);
      let count = 0;
      for (const key in answers) if (answers[key]?.value === true) count += 1;
      return count;
    },
  };
}

export function coreSubject(compiled: Compiled): Subject {
  return {
    name: 'core',
    isHeld: false,
    one: (key, context) => evaluate(compiled, key, context).value === true,
    all: (context) => {
      let count = 0;
      for (const { value } of evaluateAll(compiled, context)) if (value === true) count += 1;
      return count;
    },
  };
}

/** Goes through the contexts in turn. */
export function overContexts<T>(contexts: readonly T[], work: (context: T) => boolean | number): Run {
  let next = 0;
  return (times) => {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum += Number(work(contexts[next]!));
      next = next + 1 === contexts.length ? 0 : next + 1;
    }
    return sum;
  };
}

export function workOf(workload: Workload, subject: Subject): (context: Context) => boolean | number {
  const { key } = workload;
  return key === undefined ? subject.all : (context) => subject.one(key, context);
}
