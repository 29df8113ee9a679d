import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findEnvironment, findProject, inPath, projectPath } from './find-place.ts';
import { sayMoment } from './print-rollout.ts';

interface Train {
  key: string;
  environment: string;
  says: string;
  cutOff: string | null;
  mode: string;
  onItemFail: string;
  mostCars: number | null;
  stopped: { by: string; byName: string | null; reason: string } | null;
  ahead: { leavesAt: string; closesAt: string }[];
  skipped: { at: string; freeze: string }[];
  archived: boolean;
}

interface Departure {
  train: string;
  number: number;
  environment: string;
  state: string;
  says: string;
  leavesAt: string | null;
  departedAt: string | null;
  aboard: number;
  ready: number;
}

interface Boarded {
  departure: Departure;
  car: { id: string; state: string; says: string; missing: string[]; request: { id: string; title: string } };
}

const VERBS = ['list', 'show', 'create', 'stop', 'start', 'archive'];

async function train(asked: Asked): Promise<Exit> {
  const [verb = '', key] = asked.words;
  if (!VERBS.includes(verb)) throw new UsageFault(`turnout train knows ${VERBS.join(', ')}, and not ${verb}.`);
  const api = await Api.open(asked);
  const project = await findProject(api, asked);
  const path = `${projectPath(project)}/trains`;
  if (verb === 'list') return list(asked, (await api.call<{ items: Train[] }>('GET', path)).body.items);
  if (key === undefined) throw new UsageFault(`Which train? turnout train ${verb} <key>`);
  const one = `${path}/${inPath(key)}`;
  if (verb === 'show') return show(asked, (await api.call<Train>('GET', one)).body);
  const reason = reasonOf(asked);
  const answer =
    verb === 'create'
      ? await api.call<{ train: Train }>('POST', path, {
          body: { key, environment: await findEnvironment(api, asked, project), ...contentOf(asked), ...reason },
        })
      : await api.call<{ train: Train }>('POST', `${one}/${verb}`, { body: reason });
  asked.shell.print(asked.given.json ? JSON.stringify(answer.body) : describe(answer.body.train));
  return EXIT.done;
}

const reasonOf = ({ given }: Asked) => (given.reason === undefined ? {} : { reason: given.reason });

function contentOf({ given }: Asked) {
  const { opens, most, button } = given;
  return {
    velocity: velocityOf(given),
    ...(given['cut-off'] === undefined ? {} : { cutOff: given['cut-off'] }),
    ...(opens === undefined ? {} : { opens }),
    ...(most === undefined ? {} : { mostCars: Number(most) }),
    ...(button ? { mode: 'button' } : {}),
    ...(given['on-fail'] === undefined ? {} : { onItemFail: given['on-fail'] }),
  };
}

function velocityOf({ rule, zone, changes, at, continuous, 'longest-wait': longestWait }: Asked['given']) {
  const named = [rule, changes, at, continuous].filter((one) => one !== undefined);
  if (named.length !== 1) {
    throw new UsageFault('When does it leave? Name one of --rule, --changes, --at and --continuous.');
  }
  if (rule !== undefined) return { kind: 'train', rule, zone: zone ?? 'UTC' };
  if (at !== undefined) return { kind: 'deadline', at };
  if (changes === undefined) return { kind: 'continuous' };
  return { kind: 'critical-mass', changes: Number(changes), ...(longestWait === undefined ? {} : { longestWait }) };
}

function list({ shell, given }: Asked, trains: readonly Train[]): Exit {
  for (const one of trains) shell.print(given.json ? JSON.stringify(one) : describe(one));
  if (trains.length === 0 && !given.json) shell.print('There are no trains.');
  return EXIT.done;
}

function show({ shell, given }: Asked, one: Train): Exit {
  if (given.json) {
    shell.print(JSON.stringify(one));
    return EXIT.done;
  }
  shell.print(describe(one));
  for (const { leavesAt, closesAt } of one.ahead) {
    const cutOff = closesAt === leavesAt ? '' : `, closes ${sayMoment(closesAt)}`;
    shell.print(`  leaves ${sayMoment(leavesAt)}${cutOff}`);
  }
  for (const { at, freeze } of one.skipped) shell.print(`  not ${sayMoment(at)}: the freeze “${freeze}” holds`);
  return EXIT.done;
}

function describe({ key, environment, says, cutOff, mode, onItemFail, mostCars, stopped, archived }: Train): string {
  const more = [
    ...(cutOff === null ? [] : [`closes ${cutOff} before`]),
    ...(mode === 'button' ? ['waits for a press'] : []),
    ...(mostCars === null ? [] : [`${mostCars} changes at most`]),
    `on failure: ${onItemFail}`,
  ];
  const line = `${key}  to ${environment}. ${says}; ${more.join('; ')}.`;
  if (archived) return `${line} It is archived.`;
  return stopped === null ? line : `${line} STOPPED by ${stopped.byName ?? stopped.by}: ${stopped.reason}`;
}

async function board(asked: Asked): Promise<Exit> {
  const [key] = asked.words;
  const api = await Api.open(asked);
  const path = projectPath(await findProject(api, asked));
  if (key === undefined) return showBoard(asked, api, path);
  const one = `${path}/trains/${inPath(key)}`;
  const { environment } = (await api.call<Train>('GET', one)).body;
  const answer = (await api.call<Boarded>('POST', `${one}/board`, { body: boardingOf(asked, environment) })).body;
  if (asked.given.json) asked.shell.print(JSON.stringify(answer));
  else {
    const { departure, car } = answer;
    asked.shell.print(`“${car.request.title}” is aboard ${departure.train} ${departure.number}. ${departure.says}`);
    for (const missing of car.missing) asked.shell.print(`  ${missing}`);
  }
  return EXIT.done;
}

function boardingOf({ given }: Asked, environment: string) {
  const { request, flag = [], from, to, policy, target, title, risk, departure, commit } = given;
  const common = {
    ...(given.reason === undefined ? {} : { reason: given.reason }),
    ...(risk === undefined ? {} : { risk }),
    ...(departure === undefined ? {} : { departure: Number(departure) }),
  };
  if (request !== undefined) return { request, ...common };
  if (flag.length === 0 || from === undefined || to === undefined) {
    throw new UsageFault('What comes aboard? Name --request, or --flag with --from and --to, the variants.');
  }
  const body = {
    ...{ from, to },
    ...(policy === undefined ? {} : { policy }),
    ...(target === undefined ? {} : { target }),
    ...(commit === undefined ? {} : { commit }),
  };
  const items = flag.map((key) => ({
    ...{ method: 'POST', path: `/environments/${environment}/flags/${inPath(key)}/rollout`, body },
  }));
  return { title: title ?? `${flag.join(', ')}: ${from} to ${to}`, items, ...common };
}

/** As they leave; those that leave when something is ready have no time, and come last. */
const bySoonest = (a: Departure, b: Departure) =>
  Date.parse(timeOf(a) ?? '9999-12-31') - Date.parse(timeOf(b) ?? '9999-12-31');

/** When it left, which may be earlier than it was to; else when it is to leave. */
const timeOf = ({ departedAt, leavesAt }: Departure) => departedAt ?? leavesAt;

async function showBoard({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  const shown = (await api.call<{ trains: Train[]; departures: Departure[]; acts: boolean }>('GET', `${path}/board`))
    .body;
  if (given.json) {
    shell.print(JSON.stringify(shown));
    return EXIT.done;
  }
  const rows = [...shown.departures].sort(bySoonest).map((one) => {
    const at = timeOf(one);
    const who = [`${one.train} ${one.number}`, one.environment, at === null ? '–' : sayMoment(at), one.state];
    return [...who, `${one.aboard} aboard, ${one.ready} ready`, one.says];
  });
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) shell.print(row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
  if (rows.length === 0) shell.print('Nothing leaves, and nothing has left lately.');
  for (const one of shown.trains) if (one.stopped !== null) shell.print(describe(one));
  if (!shown.acts) shell.print('No node acts now: nothing leaves.');
  return EXIT.done;
}

export const trainCommand: Command = {
  name: 'train',
  words: ['<list|show|create|stop|start|archive>', '[key]'],
  summary: 'Schedules on which changes leave together: look at them, make one, stop the line',
  teaching:
    'A train leaves for one environment: by a rule (--rule), when enough changes are ready (--changes), once (--at), or ' +
    'each change by itself (--continuous). Anybody stops the line, with a reason: nothing of it leaves or grows. A ' +
    'release manager starts it again. What leaves, and when, is on the board: turnout board.',
  examples: [
    'turnout train create weekly -e production --rule "0 10 * * 3" --zone Europe/Zurich --cut-off 4h',
    'turnout train create batch -e production --changes 5 --longest-wait 2d',
    'turnout train stop weekly --reason "The till fails"',
  ],
  options: [
    ...(['environment', 'project', 'rule', 'zone', 'changes', 'longest-wait', 'at', 'continuous'] as const),
    ...(['cut-off', 'opens', 'button', 'on-fail', 'most', 'reason'] as const),
    ...REACH,
  ],
  meanings: {
    rule: 'When it leaves: five fields of cron, or an RRULE.',
    most: 'How many changes leave at once at most.',
  },
  run: train,
};

export const boardCommand: Command = {
  name: 'board',
  words: ['[train]'],
  summary: 'The departure board; or put a change aboard a train',
  teaching:
    'Without a train it shows what leaves when, and how what has left is doing. With one it puts a change aboard: an open ' +
    'request, or a rollout of a flag, which begins when the train leaves and grows by its policy. It leaves only with the ' +
    'approvals that it needs. After the cut-off, --risk asks for an uplift, which a release manager must approve.',
  examples: [
    'turnout board',
    'turnout board weekly --flag new-cart --from off --to on --policy web-standard --reason "The trial went well"',
    'turnout board weekly --request 4f1d0c2a9b7e --risk "Not tried with old baskets"',
  ],
  options: [
    ...(['project', 'request', 'flag', 'from', 'to', 'policy', 'target', 'commit', 'title'] as const),
    ...(['risk', 'departure', 'reason'] as const),
    ...REACH,
  ],
  meanings: { from: 'The variant that users have now.', flag: 'A flag to roll out; may be given several times.' },
  values: { from: '<variant>' },
  run: board,
};
