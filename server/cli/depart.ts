import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';
import { printReceipts, type Receipts, readWait } from './print-receipts.ts';

interface Departure {
  train: string;
  number: number;
  state: string;
  says: string;
  release: string | null;
  cars: { state: string; says: string; request: { title: string } }[];
  chemspill: { request: string | null } | null;
}

interface Changed {
  departure: Departure;
  kept?: { flag: string; because: string }[];
  restored?: { flag: string; environment: string }[];
  change?: Made;
  receipts?: Receipts;
}

/** The node that acts looks a moment later whether all have it: so often, and so long apart, it is asked again. */
const LOOKS = 12;
const LOOK_MS = 250;

/** `weekly` and `12` */
function placeIn(asked: Asked, verb: string): { train: string; number: string } {
  const [train, number] = asked.words;
  if (train !== undefined && number !== undefined && /^[1-9]\d{0,6}$/.test(number)) return { train, number };
  throw new UsageFault(`Which departure? turnout ${verb} <train> <number>; turnout board shows them.`);
}

function reasonOf({ given }: Asked, verb: string): { reason: string } {
  if (given.reason?.trim()) return { reason: given.reason };
  throw new UsageFault(`turnout ${verb} asks why: --reason "<text>"`);
}

function verbOf(verb: 'depart' | 'recall') {
  return async (asked: Asked): Promise<Exit> => {
    const { train, number } = placeIn(asked, verb);
    const body = reasonOf(asked, verb);
    const api = await Api.open(asked);
    const { query, timeoutMs } = readWait(asked.given.wait);
    const dry = asked.given['dry-run'] ? `${query === '' ? '?' : '&'}dryRun=true` : '';
    const trains = `${projectPath(await findProject(api, asked))}/trains`;
    const path = `${trains}/${inPath(train)}/departures/${number}/${verb}`;
    const answer = await api.call<Changed>('POST', `${path}${query}${dry}`, { body, timeoutMs });
    return print(asked, await readAgain(api, trains, answer.body));
  };
}

async function chemspill(asked: Asked): Promise<Exit> {
  const [train, request] = asked.words;
  if (train === undefined || request === undefined) {
    throw new UsageFault('Which train, and which request? turnout chemspill <train> <request>');
  }
  const body = { request, breakGlass: asked.given['break-glass'] ?? false, ...reasonOf(asked, 'chemspill') };
  const api = await Api.open(asked);
  const { query, timeoutMs } = readWait(asked.given.wait);
  const trains = `${projectPath(await findProject(api, asked))}/trains`;
  const path = `${trains}/${inPath(train)}/chemspill${query}`;
  const answer = await api.call<Changed>('POST', path, { body, timeoutMs });
  return print(asked, await readAgain(api, trains, answer.body));
}

/** The answer tells how it stood before the receipts came. Once all have it in force, it says so too. */
async function readAgain(api: Api, trains: string, answer: Changed): Promise<Changed> {
  const { receipts } = answer;
  if (receipts === undefined) return answer;
  const { train, number } = answer.departure;
  const isEverywhere = receipts.live === receipts.reached && receipts.complete;
  let { departure } = answer;
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(LOOK_MS);
    try {
      departure = (await api.call<Departure>('GET', `${trains}/${inPath(train)}/departures/${number}`)).body;
    } catch {
      // It has left, whoever can be asked now: what is known of it is told.
      break;
    }
    if (departure.state !== 'departing' || !isEverywhere) break;
  }
  return { ...answer, departure };
}

function print({ shell, given }: Asked, answer: Changed): Exit {
  const { departure, kept = [], restored = [], change, receipts } = answer;
  if (given.json) {
    shell.print(JSON.stringify(answer));
    return receipts === undefined || (receipts.live === receipts.reached && receipts.complete)
      ? EXIT.done
      : EXIT.notEverybody;
  }
  shell.print(`${departure.train} ${departure.number}: ${departure.says}`);
  for (const { request, says } of departure.cars) shell.print(`  “${request.title}”: ${says}`);
  const isDry = given['dry-run'] === true;
  const goes = isDry ? 'would be' : 'is';
  for (const { flag, environment } of restored) shell.print(`  ${flag} in ${environment} ${goes} as it was before`);
  for (const { flag, because } of kept) shell.print(`  left as it is: ${flag}. ${because}`);
  if (isDry) shell.print('Nothing was changed: this is what would come of it.');
  else if (change) shell.print(describeChange(change));
  return printReceipts(shell, receipts);
}

const departCommand: Command = {
  name: 'depart',
  words: ['<train>', '<number>'],
  summary: 'Let a departure leave now',
  teaching:
    'What is aboard and ready leaves in one change and one release; what is not ready waits for the next departure. It ' +
    'takes a release manager, and skips no freeze and no stopped line: what cannot wait is a chemspill.',
  examples: ['turnout depart weekly 12 --reason "Everybody is here" --wait'],
  options: ['project', 'reason', 'wait', ...REACH],
  run: verbOf('depart'),
};

const recallCommand: Command = {
  name: 'recall',
  words: ['<train>', '<number>'],
  summary: 'Take back all that a departure changed',
  teaching:
    'Everything that left with it goes back, wherever its rollouts have been, live or finished: in one change, and past ' +
    'freezes and approvals. What somebody edited since is left as it is, and listed. --dry-run shows what would go back. ' +
    'With --wait it tells which apps have it in force, and ends with 3 where some have not.',
  examples: [
    'turnout recall weekly 12 --dry-run --reason "Errors at the till"',
    'turnout recall weekly 12 --wait --reason "Errors at the till"',
  ],
  options: ['project', 'reason', 'wait', 'dry-run', ...REACH],
  run: verbOf('recall'),
};

const chemspillCommand: Command = {
  name: 'chemspill',
  words: ['<train>', '<request>'],
  summary: 'An emergency departure: a request leaves now',
  teaching:
    'A release manager asks, and a second one agrees on the screen; then it leaves, past freezes, a stopped line and every ' +
    'gate that is not marked as always. --break-glass asks nobody: it leaves at once, everybody who may approve is told, ' +
    'and it is looked at afterwards. Either way a postmortem is owed within 7 days.',
  examples: ['turnout chemspill weekly 4f1d0c2a9b7e --reason "The till is down"'],
  options: ['project', 'reason', 'break-glass', 'wait', ...REACH],
  run: chemspill,
};

export const departCommands: readonly Command[] = [departCommand, recallCommand, chemspillCommand];
