import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';
import { sayMoment } from './print-rollout.ts';
import { listAll } from './read-pages.ts';

interface Freeze {
  id: string;
  name: string;
  environments: string[] | null;
  tags: string[] | null;
  inFlight: string;
  overrideBy: string | null;
  from: string;
  to: string | null;
  rule: string | null;
  zone: string;
  lasts: string | null;
  state: string;
  until: string | null;
}

async function freeze(asked: Asked): Promise<Exit> {
  const [verb = '', word] = asked.words;
  const api = await Api.open(asked);
  const path = `${projectPath(await findProject(api, asked))}/freezes`;
  if (verb === 'list') return list(asked, api, path);
  if (verb !== 'add' && verb !== 'end')
    throw new UsageFault(`turnout freeze knows list, add and end, and not ${verb}.`);
  if (word === undefined)
    throw new UsageFault(verb === 'add' ? 'What is it called?' : 'Which freeze? By its name or its id.');
  const reason = asked.given.reason === undefined ? {} : { reason: asked.given.reason };
  const answer =
    verb === 'add'
      ? await api.call<{ freeze: Freeze }>('POST', path, { body: { ...contentOf(asked, word), ...reason } })
      : await api.call<{ freeze: Freeze }>('DELETE', `${path}/${inPath(await findId(api, path, word))}`, {
          body: reason,
        });
  asked.shell.print(asked.given.json ? JSON.stringify(answer.body) : describe(answer.body.freeze));
  return EXIT.done;
}

/** By its id, or by its name where one freeze alone is called so. */
async function findId(api: Api, path: string, word: string): Promise<string> {
  const items = await listAll<Freeze>(api, path);
  if (items.some(({ id }) => id === word)) return word;
  const [named, another] = items.filter(({ name }) => name === word);
  return named !== undefined && another === undefined ? named.id : word;
}

function contentOf({ given }: Asked, name: string) {
  const { environment, tag, from, until, rule, zone, lasts } = given;
  const [inFlight, overrideBy] = [given['in-flight'], given['override-by']];
  return {
    name,
    ...(environment === undefined ? {} : { environments: [environment] }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(overrideBy === undefined ? {} : { overrideBy }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { to: until }),
    ...(rule === undefined ? {} : { rule }),
    ...(zone === undefined ? {} : { zone }),
    ...(lasts === undefined ? {} : { lasts }),
  };
}

async function list({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  const items = await listAll<Freeze>(api, `${path}?over=${given.all ?? false}`);
  for (const one of items) shell.print(given.json ? JSON.stringify(one) : describe(one));
  if (items.length === 0 && !given.json) shell.print('No freeze holds or is ahead.');
  return EXIT.done;
}

function describe({ id, name, environments, from, to, rule, zone, lasts, state, until, ...terms }: Freeze): string {
  const place = environments === null ? 'everywhere' : `in ${environments.join(', ')}`;
  const where = terms.tags === null ? place : `${place} for flags with ${terms.tags.join(', ')}`;
  const end = to === null ? 'until somebody ends it' : `to ${sayMoment(to)}`;
  const when = rule === null ? `from ${sayMoment(from)} ${end}` : `${rule} (${zone}) for ${lasts}`;
  const holds = until === null ? 'It holds until somebody ends it.' : `It holds until ${sayMoment(until)}.`;
  const now = state === 'holds' ? holds : state === 'over' ? 'It is over.' : 'It is ahead.';
  const flight = terms.inFlight === 'finish-stage' ? ' Stages are finished.' : '';
  const pass = terms.overrideBy === null ? '' : ` The role ${terms.overrideBy} passes with a reason.`;
  return `${id}  ${name} ${where}, ${when}. ${now}${flight}${pass}`;
}

export const freezeCommand: Command = {
  name: 'freeze',
  words: ['<list|add|end>', '[name or id]'],
  summary: 'Times in which nothing grows: look at them, make one, end one',
  teaching:
    'While a freeze holds, nothing grows where it holds, and rollouts stand still. Turning off and killing work as ever. ' +
    'Once: --from and --until. Again and again: --rule says when each begins, on the clock of --zone, and --lasts how ' +
    'long each is. With --tag it is for flags with these tags alone. To end one early takes a second admin, or the root ' +
    'token and a reason; --override-by says who may go on in spite of it.',
  examples: [
    'turnout freeze add "Black Friday" --from 2026-11-27T00:00:00Z --until 2026-11-30T00:00:00Z',
    'turnout freeze add Weekend -e production --rule "0 17 * * 5" --zone Europe/Zurich --lasts 63h',
    'turnout freeze add "Checkout is moved" -e production --tag checkout --until 2026-11-30T00:00:00Z --override-by admin',
    'turnout freeze end 9b1c2d3e4f50 --reason "The shop is closed"',
  ],
  options: [
    ...(['environment', 'project', 'tag', 'from', 'until', 'rule', 'zone', 'lasts'] as const),
    ...(['in-flight', 'override-by', 'all', 'reason'] as const),
    ...REACH,
  ],
  meanings: {
    environment: 'The environment that it covers. Default: all of the project.',
    from: 'When it begins, such as 2026-11-27T00:00:00Z. Default: now.',
    tag: 'It holds flags with this tag alone; may be given several times. Default: all flags.',
    all: 'With list: those that are over, too.',
  },
  values: { from: '<moment>' },
  run: freeze,
};
