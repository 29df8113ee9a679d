import type { Shell } from './command.ts';
import type { Receipts } from './print-receipts.ts';

/** What users get of a flag, as the verbs answer it. */
interface Serves {
  serves?: string;
}

/** A change that was made, as every answer tells it. */
export interface Made {
  id: number;
  seq: number;
  environments: { key: string; position: string }[];
}

/** The parts of a verb's answer that are shown. */
export interface Flipped {
  before?: Serves;
  after?: Serves;
  changed?: boolean;
  /** What became of a rollout’s rule for its audience. */
  rollout?: string;
  change?: Made;
  /** Of kills: where the entry rests, and under which id. */
  durable?: 'log' | 'journal';
  id?: string;
  /** Where they were waited for. */
  receipts?: Receipts;
}

/** One line that says what users got before and get now, and where it is written. */
export function printFlip(shell: Shell, flag: string, environment: string, answer: Flipped): void {
  const before = answer.before?.serves;
  const after = answer.after?.serves;
  const where = `${flag} in ${environment}`;
  if (answer.durable === 'journal') {
    shell.print(`${where}: killed. ${JOURNALLED} (${answer.id})`);
    return;
  }
  if (answer.changed === false || (answer.change === undefined && before === after)) {
    shell.print(`${where}: nothing to change. Users get ${after ?? 'what was asked for'} already.`);
    return;
  }
  shell.print(`${where}: ${describeStep(before, after)}`);
  if (answer.rollout) shell.print(answer.rollout);
  if (answer.change) shell.print(describeChange(answer.change));
}

/** A change may leave users what they have: what is set for later changed, or one more kill lies on the flag. */
function describeStep(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return 'done.';
  return before === after ? `users get what they got: ${after}` : `${before} → ${after}`;
}

/** A change by its numbers, and where the environments that it touched are now. */
export function describeChange({ environments, ...change }: Made): string {
  const places = environments.map(({ key, position }) => `, ${key} at ${position}`);
  return `change ${describeNumber(change)}${places.join('')}`;
}

/** Its place in the log, and the id by which the API reads and undoes it. */
export function describeNumber({ id, seq }: { id: number; seq: number }): string {
  return `#${seq} (id ${id})`;
}

const JOURNALLED =
  'It is in this node’s journal and reaches its clients now; the change log gets it when the database answers';
