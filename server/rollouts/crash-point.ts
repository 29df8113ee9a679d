/** Everything that the loop writes or sends. */
export const LOOP_STEPS = [
  'ask sources',
  'keep look',
  'ask approval',
  'advance',
  'finish',
  'roll back',
  'kill',
  'pause',
  'end',
  'page',
  'keep reach',
  'lower sample',
] as const;
export type LoopStep = (typeof LOOP_STEPS)[number];

/** A place at which a loop may stop for good, and another goes on from what is in the database. */
export type CrashPoint = `${'before' | 'after'} ${LoopStep}`;

/** Told at each point; a test throws there, or ends the process. */
export type Crash = (point: CrashPoint) => void;

/** Does one of the steps between its two points. */
export async function atPoints<T>(crash: Crash | undefined, step: LoopStep, work: () => Promise<T>): Promise<T> {
  crash?.(`before ${step}`);
  const done = await work();
  crash?.(`after ${step}`);
  return done;
}
