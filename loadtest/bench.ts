import { type Context, compile } from '@turnout/core';
import { comparePeers } from './bench/compare-peers.ts';
import { compare, drainSink } from './bench/interleave.ts';
import { coreSubject, overContexts, type Subject, sdkSubject, workOf } from './bench/subjects.ts';
import { type Workload, workloads } from './bench/workloads.ts';

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
async function measure(workload: Workload, subject: Subject): Promise<boolean> {
  const work = workOf(workload, subject);
  assertSame(workload, work, subject.name);
  const { floorNs, subjectNs, ratio } = await compare(
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

/** `npm run bench`: evaluation against a hand-written floor. */
async function compareWithFloor(): Promise<void> {
  console.log(line(['work', 'through', 'floor', 'subject', 'ratio', 'range', 'goal']));
  let areMet = true;
  for (const workload of workloads()) {
    areMet = (await measure(workload, sdkSubject(workload.ruleset))) && areMet;
    await measure(workload, coreSubject(compile(workload.ruleset)));
  }
  if (Number.isNaN(drainSink()) || !areMet) process.exitCode = 1;
}

if (process.argv.includes('--peers')) await comparePeers(process.argv.includes('--trial'));
else await compareWithFloor();
