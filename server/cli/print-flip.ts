import type { Shell } from './command.ts';

/** What users get of a flag, as the verbs answer it. */
interface Serves {
  serves?: string;
}

/** The parts of a verb's answer that are shown. */
export interface Flipped {
  before?: Serves;
  after?: Serves;
  changed?: boolean;
  change?: { id: number; environments: { key: string; position: string }[] };
  /** Of kills: where the entry rests, and under which id. */
  durable?: 'log' | 'journal';
  id?: string;
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
  shell.print(before === undefined || after === undefined ? `${where}: done.` : `${where}: ${before} → ${after}`);
  for (const { id, environments } of answer.change ? [answer.change] : []) {
    const places = environments.map(({ key, position }) => `${key} at ${position}`).join(', ');
    shell.print(`change ${id}${places === '' ? '' : `, ${places}`}`);
  }
}

const JOURNALLED =
  'It is in this node’s journal and reaches its clients now; the change log gets it when the database answers';
