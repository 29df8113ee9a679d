import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { environmentPath, findPlace, inPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';
import { printReceipts, type Receipts, readWait } from './print-receipts.ts';

/** What a rollback comes to, as the API tells it. */
interface Rolled {
  to: { tag: string | null; position: string; knownGood: boolean };
  applied: 'all' | 'safe-part' | 'nothing';
  flags: { key: string; effect: 'changed' | 'waits' | 'kept' | 'same'; because: string | null }[];
  segments: { key: string }[];
  endsRollouts: { id: string; flag: string }[];
  same: number;
  refusal: { detail?: string } | null;
  request: { id: string; title: string } | null;
  change?: Made;
  receipts?: Receipts;
}

/** `4f2a.118`; a tag such as `2026-11-25.1` begins like one only where an epoch could look like a day. */
const POSITION = /^[0-9a-z]+\.[0-9]+$/;

async function rollback(asked: Asked): Promise<Exit> {
  const { shell, given } = asked;
  const [flag] = asked.words;
  const { to, reason } = given;
  if (to === undefined) throw new UsageFault('Where to? --to known-good, a release, or a position of a flag.');
  if (flag !== undefined && to === 'known-good') {
    throw new UsageFault('A flag goes back to a release or a position; known-good is for the environment as a whole.');
  }
  const { query, timeoutMs } = readWait(given.wait);
  const api = await Api.open(asked);
  const place = await findPlace(api, asked);
  const environment = environmentPath(place.project, place.environment);
  const path = `${flag === undefined ? environment : `${environment}/flags/${inPath(flag)}`}/rollback`;
  const body = { to: targetOf(to, flag), ...(reason === undefined ? {} : { reason }) };
  const tried = (await api.call<Rolled>('POST', `${path}?dryRun=true`, { body })).body;
  const isDry = given['dry-run'] === true;
  if (!given.json) printPlan(shell, flag === undefined ? place.environment : `${flag} in ${place.environment}`, tried);
  else if (isDry) shell.print(JSON.stringify(tried));
  if (isDry && !given.json) shell.print('Nothing was changed: this is what would come of it.');
  if (isDry || !(await isWanted(asked))) return EXIT.done;
  const done = (await api.call<Rolled>('POST', `${path}${query}`, { body, timeoutMs })).body;
  if (given.json) {
    shell.print(JSON.stringify(done));
    return EXIT.done;
  }
  return printDone(shell, done);
}

function targetOf(to: string, flag: string | undefined) {
  if (to === 'known-good') return to;
  return flag !== undefined && POSITION.test(to) && !/^\d{4}-/.test(to) ? { position: to } : { release: to };
}

/** Programs have said what they want; whoever sits there is asked, unless they said so already. */
async function isWanted({ shell, given }: Asked): Promise<boolean> {
  if (given.yes || given.json || shell.ask === undefined) return true;
  return /^y(es)?$/i.test((await shell.ask('Go back? [y/N] ')).trim());
}

function printPlan(shell: Shell, what: string, { to, flags, segments, endsRollouts, same, refusal }: Rolled): void {
  const where = to.tag ?? to.position;
  shell.print(`${what} back to ${where}${to.knownGood ? ', the last known good' : ''}:`);
  const words = { changed: 'goes back', waits: 'has to wait', kept: 'stays', same: 'is the same' };
  for (const { key, effect, because } of flags) {
    shell.print(`  ${key} ${words[effect]}${because === null ? '' : `: ${because}`}`);
  }
  for (const { key } of segments) shell.print(`  segment ${key} goes back`);
  for (const { id, flag } of endsRollouts) shell.print(`  the rollout ${id} of ${flag} ends`);
  const more = flags.length === 0 ? '' : ' more';
  if (same > 0) shell.print(`  ${same}${more} ${same === 1 ? 'flag is as it was' : 'flags are as they were'}`);
  if (refusal?.detail) shell.print(`In the way of what grows: ${refusal.detail}`);
}

function printDone(shell: Shell, { applied, request, refusal, change, receipts }: Rolled): Exit {
  const said = {
    all: 'It went back.',
    'safe-part': 'What goes towards safe went back.',
    nothing: 'Nothing went back yet.',
  };
  shell.print(change === undefined && applied === 'all' ? 'Everything is so already.' : said[applied]);
  if (change) shell.print(describeChange(change));
  if (request) shell.print(`The rest waits for an approval: ${request.title} (turnout request show ${request.id})`);
  else if (refusal?.detail) shell.warn(`The rest waits for nobody yet: ${refusal.detail}`);
  return printReceipts(shell, receipts);
}

export const rollbackCommand: Command = {
  name: 'rollback',
  words: ['[flag]'],
  summary: 'Take an environment or a flag back to what it was',
  teaching:
    'It shows what would go back and asks before it does so. --to known-good is the newest release of which everything is ' +
    'known to be good, and nothing stands before that: no freeze, no approval. With a release or, for a flag, a position, ' +
    'what goes towards safe goes back at once, and the rest becomes a change request.\n\n' +
    'Flags that were killed, turned off, shed or rolled back since stay so. A rollout is rolled back by itself with ' +
    'turnout rollout rollback. What went back can be undone with turnout undo.',
  examples: [
    'turnout rollback --to known-good -e production --reason "checkout fails" --wait',
    'turnout rollback --to autumn --dry-run',
    'turnout rollback new-cart --to 4f2a.118',
  ],
  options: ['environment', 'project', 'to', 'dry-run', 'yes', 'reason', 'wait', ...REACH],
  meanings: { to: 'known-good, the tag of a release, or a position such as 4f2a.118.' },
  values: { to: '<where>' },
  run: rollback,
};
