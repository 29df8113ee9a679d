import type { IncidentAnswer } from '../incidents/contract.ts';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findEnvironment, findProject, inPath, projectPath } from './find-place.ts';
import { sayMoment } from './print-rollout.ts';
import { readPages } from './read-pages.ts';

const USAGE =
  'Say turnout incident list, incident open <title>, incident note <id> <text>, or incident close <id>. ' +
  'See: turnout incident --help';

async function runIncident(asked: Asked): Promise<Exit> {
  const [verb, word, text] = asked.words;
  if (verb === 'list' && word === undefined) return listIncidents(asked);
  if (verb === 'open' && word !== undefined && text === undefined) return openIncident(asked, word);
  if (verb === 'note' && word !== undefined && text !== undefined) return change(asked, word, 'notes', { text });
  if (verb === 'close' && word !== undefined && text === undefined) return change(asked, word, 'close');
  throw new UsageFault(USAGE);
}

async function listIncidents(asked: Asked): Promise<Exit> {
  const { given, shell } = asked;
  const api = await Api.open(asked);
  const query = new URLSearchParams({
    ...(given.all ? {} : { state: 'open' }),
    ...(given.environment === undefined ? {} : { environment: given.environment }),
  });
  let found = 0;
  for await (const { items } of readPages<{ items: IncidentAnswer[]; next: string | null }>(
    api,
    `${await incidentsPath(api, asked)}?${query}`,
  )) {
    for (const incident of items) shell.print(given.json ? JSON.stringify(incident) : describe(incident));
    found += items.length;
  }
  if (found === 0 && !given.json) shell.print(given.all ? 'There was no incident yet.' : 'No incident is open.');
  return EXIT.done;
}

async function openIncident(asked: Asked, title: string): Promise<Exit> {
  const { flag = [], severity } = asked.given;
  const api = await Api.open(asked);
  const project = await findProject(api, asked);
  const environment = await findEnvironment(api, asked, project);
  const places = flag.length === 0 ? [{ environment }] : flag.map((key) => ({ environment, flag: key }));
  const body = { title, places, ...(severity === undefined ? {} : { severity }), ...reasonOf(asked) };
  return say(
    asked,
    await api.call<{ incident: IncidentAnswer }>('POST', `${projectPath(project)}/incidents`, { body }),
  );
}

async function change(asked: Asked, id: string, verb: string, more: object = {}): Promise<Exit> {
  const api = await Api.open(asked);
  const path = `${await incidentsPath(api, asked)}/${inPath(id)}/${verb}`;
  return say(
    asked,
    await api.call<{ incident: IncidentAnswer }>('POST', path, { body: { ...more, ...reasonOf(asked) } }),
  );
}

function say({ shell, given }: Asked, { body }: { body: { incident: IncidentAnswer } }): Exit {
  shell.print(given.json ? JSON.stringify(body) : describe(body.incident));
  return EXIT.done;
}

const reasonOf = ({ given: { reason } }: Asked) => (reason === undefined ? {} : { reason });

const incidentsPath = async (api: Api, asked: Asked) => `${projectPath(await findProject(api, asked))}/incidents`;

const MOST_PLACES = 3;

/** `k2j8d0s9a1x4  open since 12:00, major: Payments fail (production whole, cart in staging)`. */
function describe({ id, state, openedAt, closedAt, severity, title, places }: IncidentAnswer): string {
  const when = state === 'open' ? `open since ${sayMoment(openedAt)}` : `closed ${sayMoment(closedAt ?? openedAt)}`;
  const named = places.map(({ environment, flag }) =>
    flag === null ? `all of ${environment}` : `${flag} in ${environment}`,
  );
  const more = named.length > MOST_PLACES ? `, ${named.length - MOST_PLACES} more` : '';
  return `${id}  ${when}, ${severity}: ${title} (${named.slice(0, MOST_PLACES).join(', ')}${more})`;
}

export const incidentCommand: Command = {
  name: 'incident',
  words: ['<list|open|note|close>', '[title or id]', '[text]'],
  summary: 'Say that something is wrong, write down what is done, say that it is over',
  teaching:
    'A kill opens an incident by itself, or joins the one that it names with --incident, or the one that is open in its ' +
    'environment and was touched within the hour. While one is open, no rollout goes on of the flags that it names; without ' +
    '--flag it names the whole environment.\n\n' +
    'Closing restores no flag: that is `turnout restore`.',
  examples: [
    'turnout incident open "Payments fail" -e production --severity critical',
    'turnout incident note k2j8d0s9a1x4 "The bank answers again; we wait for ten minutes"',
    'turnout incident close k2j8d0s9a1x4 --reason "calm for an hour"',
  ],
  options: ['environment', 'project', 'flag', 'severity', 'all', 'reason', ...REACH],
  meanings: {
    flag: 'With open: a flag that it is about; may be given several times. Default: the whole environment.',
    all: 'With list: those that are closed, too.',
  },
  run: runIncident,
};
