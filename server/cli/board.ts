import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';
import { sayMoment } from './print-rollout.ts';
import { describeTrain, type Train } from './train.ts';

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

interface Car {
  id: string;
  state: string;
  says: string;
  missing: string[];
  request: { id: string; title: string };
}

interface Manifest extends Departure {
  cars: Car[];
}

interface Board {
  trains: Train[];
  departures: Departure[];
  acts: boolean;
}

interface Boarded {
  departure: Departure;
  car: Car;
}

const OVER = ['arrived', 'recalled', 'missed'];
const NOBODY_ACTS = 'No node acts now: nothing leaves.';
/** What says which change comes aboard, and how. */
const BOARDING = [
  ...(['request', 'flag', 'from', 'to', 'policy', 'target', 'commit', 'title'] as const),
  ...(['risk', 'departure', 'reason'] as const),
];

async function board(asked: Asked): Promise<Exit> {
  const [key] = asked.words;
  const api = await Api.open(asked);
  const path = projectPath(await findProject(api, asked));
  if (key === undefined) return showBoard(asked, api, path);
  const one = `${path}/trains/${inPath(key)}`;
  const train = (await api.call<Train>('GET', one)).body;
  if (!isBoarding(asked)) return showManifests(asked, api, path, train);
  const { environment } = train;
  const answer = (await api.call<Boarded>('POST', `${one}/board`, { body: boardingOf(asked, environment) })).body;
  if (asked.given.json) asked.shell.print(JSON.stringify(answer));
  else {
    const { departure, car } = answer;
    asked.shell.print(`“${car.request.title}” is aboard ${departure.train} ${departure.number}. ${departure.says}`);
    for (const missing of car.missing) asked.shell.print(`  ${missing}`);
  }
  return EXIT.done;
}

/** Whoever says nothing of what comes aboard wants to see who is. */
const isBoarding = ({ given }: Asked): boolean => BOARDING.some((option) => given[option] !== undefined);

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

/** Of what was recalled nobody is aboard any more. */
function tellAboard({ state, aboard, ready }: Departure): string {
  if (state !== 'recalled') return `${aboard} aboard, ${ready} ready`;
  return aboard === 1 ? '1 was aboard' : `${aboard} were aboard`;
}

/** When it left, which may be earlier than it was to; else when it is to leave. */
const timeOf = ({ departedAt, leavesAt }: Departure) => departedAt ?? leavesAt;

async function showBoard({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  const shown = (await api.call<Board>('GET', `${path}/board`)).body;
  if (given.json) {
    shell.print(JSON.stringify(shown));
    return EXIT.done;
  }
  const rows = [...shown.departures].sort(bySoonest).map((one) => {
    const at = timeOf(one);
    const who = [`${one.train} ${one.number}`, one.environment, at === null ? '–' : sayMoment(at), one.state];
    return [...who, tellAboard(one), one.says];
  });
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) shell.print(row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
  if (rows.length === 0) shell.print('Nothing leaves, and nothing has left lately.');
  for (const one of shown.trains) if (one.stopped !== null) shell.print(describeTrain(one));
  if (!shown.acts) shell.print(NOBODY_ACTS);
  return EXIT.done;
}

/** The departures of one train that are not over, with who is aboard and what each of them waits for. */
async function showManifests({ shell, given }: Asked, api: Api, path: string, train: Train): Promise<Exit> {
  const { departures, acts } = (await api.call<Board>('GET', `${path}/board`)).body;
  const own = departures.filter((one) => one.train === train.key && !OVER.includes(one.state)).sort(bySoonest);
  const shown: Manifest[] = [];
  for (const { number } of own) {
    const at = `${path}/trains/${inPath(train.key)}/departures/${number}`;
    shown.push((await api.call<Manifest>('GET', at)).body);
  }
  if (given.json) {
    shell.print(JSON.stringify({ train, departures: shown, acts }));
    return EXIT.done;
  }
  for (const one of shown) {
    const at = timeOf(one);
    shell.print(
      [`${one.train} ${one.number}`, one.environment, at === null ? '–' : sayMoment(at), one.says].join('  '),
    );
    for (const car of one.cars) printCar(shell, car);
    if (one.cars.length === 0) shell.print('  nobody is aboard yet');
  }
  if (shown.length === 0) shell.print(`Nothing of ${train.key} leaves or is under way.`);
  if (train.stopped !== null) shell.print(describeTrain(train));
  if (!acts) shell.print(NOBODY_ACTS);
  return EXIT.done;
}

function printCar(shell: Shell, { says, missing, request: { id, title } }: Car): void {
  shell.print(`  “${title}” (request ${id}): ${says}`);
  // What it says first is missing is what it says of itself.
  for (const more of missing.filter((one) => one !== says)) shell.print(`    ${more}`);
}

export const boardCommand: Command = {
  name: 'board',
  words: ['[train]'],
  summary: 'The departure board; or put a change aboard a train',
  teaching:
    'Without a train it shows what leaves when, and how what has left is doing. With one alone it shows who is aboard and ' +
    'what they wait for. With a change it puts that aboard: an open request, or a rollout of a flag, which begins when the train leaves and grows by its policy. It leaves only with the ' +
    'approvals that it needs. After the cut-off, --risk asks for an uplift, which a release manager must approve.',
  examples: [
    'turnout board',
    'turnout board weekly',
    'turnout board weekly --flag new-cart --from off --to on --policy web-standard --reason "The trial went well"',
    'turnout board weekly --request 4f1d0c2a9b7e --risk "Not tried with old baskets"',
  ],
  options: [...(['project'] as const), ...BOARDING, ...REACH],
  meanings: { from: 'The variant that users have now.', flag: 'A flag to roll out; may be given several times.' },
  values: { from: '<variant>' },
  run: board,
};
