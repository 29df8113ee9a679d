import { asRefusal, type Refusal } from '../../client/problem.ts';

/** What became of one of many: what takes it back where something was done, or why nothing was. */
export interface Outcome {
  key: string;
  undo?: (() => Promise<unknown>) | undefined;
  refusal?: Refusal;
}

interface Run {
  act: (key: string) => Promise<(() => Promise<unknown>) | undefined>;
  /** Told after each; what it answers decides whether the next ones are begun. */
  onDone: (outcomes: readonly Outcome[]) => boolean;
  atOnce?: number;
}

/** The server takes one change of a project after the other; a few on the way keep it from waiting. */
const AT_ONCE = 4;

/** Does the same to many, a few at a time. One that fails stops nobody else. */
export async function runEach(keys: readonly string[], { act, onDone, atOnce = AT_ONCE }: Run): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = [...keys];
  let goOn = true;
  const work = async () => {
    while (goOn) {
      const key = left.shift();
      if (key === undefined) return;
      outcomes.push(await doOne(key, act));
      goOn = onDone(outcomes) && goOn;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

async function doOne(key: string, act: Run['act']): Promise<Outcome> {
  try {
    return { key, undo: await act(key) };
  } catch (error) {
    return { key, refusal: asRefusal(error) };
  }
}

/**
 * Takes back what was done, last things first and one by one: what a flag needs may have gone before it, and is to be
 * back before it. Throws what could not be taken back.
 */
export async function undoEach(outcomes: readonly Outcome[]): Promise<void> {
  const undone = outcomes.filter(({ undo }) => undo !== undefined).reverse();
  const results = await runEach(
    undone.map(({ key }) => key),
    {
      act: async (key) => {
        await undone.find((outcome) => outcome.key === key)?.undo?.();
        return undefined;
      },
      onDone: () => true,
      atOnce: 1,
    },
  );
  const failed = results.filter(({ refusal }) => refusal !== undefined);
  const [first] = failed;
  if (first?.refusal === undefined) return;
  throw new Error(`${failed.length} of ${undone.length} stayed as they were: ${first.key}: ${first.refusal.message}`);
}
