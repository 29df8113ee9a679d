/** Everything that the loop of trains writes. */
export const TRAIN_STEPS = ['open', 'close', 'leave', 'miss', 'reach', 'settle', 'fail'] as const;
export type TrainStep = (typeof TRAIN_STEPS)[number];

/** A place at which a loop may stop for good, and another goes on from what is in the database. */
export type TrainCrashPoint = `${'before' | 'after'} ${TrainStep}`;

/** Told at each point; a test throws there, or ends the process. */
export type TrainCrash = (point: TrainCrashPoint) => void;

/** Does one of the steps between its two points. */
export async function atTrainPoints<T>(
  crash: TrainCrash | undefined,
  step: TrainStep,
  work: () => Promise<T>,
): Promise<T> {
  crash?.(`before ${step}`);
  const done = await work();
  crash?.(`after ${step}`);
  return done;
}
