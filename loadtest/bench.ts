import { type Compiled, type Context, compile, evaluate, evaluateAll, type Ruleset } from '@turnout/core';
import { Turnout } from '@turnout/sdk-node';
import { compare, drainSink, type Run } from './bench/interleave.ts';
import { type Workload, workloads } from './bench/workloads.ts';

/** What is timed against the floor: an evaluator over the workload's ruleset. */
interface Subject {
  name: string;
  /** Whether the goals are for it. */
  isHeld: boolean;
  /** The boolean of one flag. */
  one: (key: string, context: Context) => boolean;
  /** How many of all flags are true. */
  all: (context: Context) => number;
}

/** The client as an application has it, started from a file. Without a key it asks no server. */
function sdkSubject(ruleset: Ruleset): Subject {
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

function coreSubject(compiled: Compiled): Subject {
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
function overContexts(contexts: readonly Context[], work: (context: Context) => boolean | number): Run {
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

function workOf(workload: Workload, subject: Subject): (context: Context) => boolean | number {
  const { key } = workload;
  return key === undefined ? subject.all : (context) => subject.one(key, context);
}

/** A subject that answers otherwise than the floor is not faster, it is wrong. */
function assertSame(workload: Workload, work: (context: Context) => boolean | number, name: string): void {
  for (const context of workload.contexts.slice(0, 2000)) {
    const [expected, got] = [workload.floor(context), work(context)];
    if (expected !== got) {
      throw new Error(
        `${name}, ${workload.name}: ${String(got)} instead of ${String(expected)} for ${context.targetingKey}`,
      );
    }
  }
}

function line(cells: readonly string[]): string {
  const widths = [32, 10, 10, 10, 10, 16, 8];
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('');
}

const show = (ns: number) => (ns < 10_000 ? `${ns.toFixed(1)} ns` : `${(ns / 1000).toFixed(1)} µs`);

/** A line of the table; whether its goal was met. */
function measure(workload: Workload, subject: Subject): boolean {
  const work = workOf(workload, subject);
  assertSame(workload, work, subject.name);
  const { floorNs, subjectNs, ratio } = compare(
    overContexts(workload.contexts, workload.floor),
    overContexts(workload.contexts, work),
  );
  const isMet = !subject.isHeld || ratio.median <= workload.goal;
  const range = `${ratio.least.toFixed(2)}–${ratio.greatest.toFixed(2)}`;
  const goal = subject.isHeld ? `≤ ${workload.goal}${isMet ? '' : ' !'}` : '';
  const cells = [
    workload.name,
    subject.name,
    show(floorNs),
    show(subjectNs),
    `${ratio.median.toFixed(2)}×`,
    range,
    goal,
  ];
  console.log(line(cells));
  return isMet;
}

console.log(line(['work', 'through', 'floor', 'subject', 'ratio', 'range', 'goal']));
let areMet = true;
for (const workload of workloads()) {
  areMet = measure(workload, sdkSubject(workload.ruleset)) && areMet;
  measure(workload, coreSubject(compile(workload.ruleset)));
}
if (Number.isNaN(drainSink()) || !areMet) process.exitCode = 1;
