/** How long one round of each takes, and how often rounds alternate. Long enough to see, short enough to wait for. */
const ROUND_MS = 20;
const ROUNDS = 31;
const WARM_UP_MS = 300;

/** Does the work `times` times and gives something that depends on every result, so that none can be optimised away. */
export type Run = (times: number) => number | Promise<number>;

/** Nanoseconds for one piece of work on either side, and their ratio over the rounds. */
export interface Comparison {
  floorNs: number;
  subjectNs: number;
  ratio: { median: number; least: number; greatest: number };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

let sink = 0;

/**
 * Nanoseconds a piece, of this process's own time: what other processes take from the machine meanwhile does not count.
 * Collecting garbage and compiling does, wherever it runs.
 */
async function time(run: Run, times: number): Promise<number> {
  const start = process.cpuUsage();
  const result = run(times);
  sink += typeof result === 'number' ? result : await result;
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / times;
}

/** Warms up and finds how many pieces fill a round. */
async function calibrate(run: Run): Promise<number> {
  let times = 100;
  let ns = await time(run, times);
  for (let spent = 0; spent < WARM_UP_MS * 1e6; spent += ns * times) {
    times = Math.max(100, Math.round((ROUND_MS * 1e6) / Math.max(ns, 1) / 10));
    ns = await time(run, times);
  }
  return Math.max(1, Math.round((ROUND_MS * 1e6) / ns));
}

/**
 * Times both in one process, a round of each in turn, so that whatever the machine does in the meantime meets both. The
 * order within a pair alternates.
 */
export async function compare(floor: Run, subject: Run, rounds = ROUNDS): Promise<Comparison> {
  const floorTimes = await calibrate(floor);
  const subjectTimes = await calibrate(subject);
  const floors: number[] = [];
  const subjects: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) floors.push(await time(floor, floorTimes));
    subjects.push(await time(subject, subjectTimes));
    if (round % 2 === 1) floors.push(await time(floor, floorTimes));
  }
  const ratios = subjects.map((ns, i) => ns / floors[i]!);
  return {
    floorNs: median(floors),
    subjectNs: median(subjects),
    ratio: { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) },
  };
}

/** Read it at the end, so that the results above count as used. */
export function drainSink(): number {
  return sink;
}
