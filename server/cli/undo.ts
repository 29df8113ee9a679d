import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findProject, projectPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';

interface Undone {
  undone: { summary: string };
  change?: Made;
}

/** Puts back what a change found, as a new change. */
async function undo(asked: Asked): Promise<Exit> {
  const { shell, given } = asked;
  const [id = ''] = asked.words;
  if (!/^[1-9]\d{0,15}$/.test(id)) {
    throw new UsageFault(`${id} is no id of a change: turnout tail shows them, as in #7 (id 9).`);
  }
  const api = await Api.open(asked);
  const path = `${projectPath(await findProject(api, asked))}/changes/${id}/undo`;
  const body = given.reason === undefined ? {} : { reason: given.reason };
  const answer = (await api.call<Undone>('POST', path, { body })).body;
  if (given.json) shell.print(JSON.stringify(answer));
  else print(asked, id, answer);
  return EXIT.done;
}

function print({ shell }: Asked, id: string, { undone, change }: Undone): void {
  const what = `${undone.summary} (id ${id})`;
  if (change === undefined) {
    shell.print(`Nothing to undo, it is as it was before: ${what}`);
    return;
  }
  shell.print(`Undone: ${what}`);
  shell.print(describeChange(change));
}

export const undoCommand: Command = {
  name: 'undo',
  words: ['<change>'],
  summary: 'Put back what a change found, as a new change',
  teaching:
    'The change is named by its id, which the verbs and `turnout tail` tell. Where somebody changed the same thing ' +
    'since, it is refused and says so, for their work would be undone too. A kill is lifted by `turnout restore`.',
  examples: ['turnout undo 42', 'turnout undo 42 -p shop --reason "the wrong flag"'],
  options: ['project', 'reason', ...REACH],
  run: undo,
};
