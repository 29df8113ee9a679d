import { Api, type Fields, Refused } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';
import { printReceipts, type Receipts, readWait } from './print-receipts.ts';
import { describeRollout, printRollout, type ShownRollout } from './print-rollout.ts';
import { listAll } from './read-pages.ts';
import { watchRollout } from './watch-rollout.ts';

/** What starting and steering answer. */
interface Steered {
  rollout: ShownRollout;
  /** Of one that was just started. */
  begins?: string;
  warnings?: string[];
  change?: Made;
  receipts?: Receipts;
}

const STEERS = ['advance', 'pause', 'resume', 'rollback', 'retry', 'override-ratio', 'ask-again'];
const VERBS = ['start', 'status', 'watch', 'list', ...STEERS];

async function rollout(asked: Asked): Promise<Exit> {
  const [verb = '', named] = asked.words;
  if (!VERBS.includes(verb)) throw new UsageFault(`turnout rollout knows ${VERBS.join(', ')}, and not ${verb}.`);
  requireWaitable(asked, verb);
  const api = await Api.open(asked);
  const path = `${projectPath(await findProject(api, asked))}/rollouts`;
  if (verb === 'list') return list(asked, api, path);
  if (named === undefined) {
    const what = verb === 'start' ? 'flag' : 'rollout';
    throw new UsageFault(`Which ${what}? turnout rollout ${verb} <${verb === 'start' ? 'flag' : 'id or flag'}>`);
  }
  if (verb === 'start') return start(asked, api, path, named);
  const found = await findRollout(api, path, named);
  const one = `${path}/${inPath(found.id)}`;
  if (verb === 'watch') return watchRollout(asked, api, one);
  if (verb === 'status') return status(asked, found);
  return steer(asked, api, one, verb);
}

/** What serves something else at once, so that there is something to wait for. */
const SERVES = ['rollback', 'resume', 'override-ratio'];

function requireWaitable({ given }: Asked, verb: string): void {
  if (given.wait === undefined || SERVES.includes(verb)) return;
  throw new UsageFault(
    `--wait goes with ${SERVES.join(', ')}, which serve something else at once, and not with ${verb}. ` +
      'What comes of it is told by: turnout rollout watch',
  );
}

/** By its id, or the newest of a flag. */
async function findRollout(api: Api, path: string, named: string): Promise<ShownRollout> {
  const byId = async (id: string) => (await api.call<ShownRollout & Fields>('GET', `${path}/${inPath(id)}`)).body;
  try {
    return await byId(named);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    const query = `flag=${encodeURIComponent(named)}&limit=1`;
    const { items } = (await api.call<{ items: { id: string }[] }>('GET', `${path}?${query}`)).body;
    const [newest] = items;
    if (newest === undefined) throw new Refused(404, { ...error.body, detail: sayNone(named) });
    return byId(newest.id);
  }
}

const sayNone = (named: string) =>
  `There is no rollout with the id ${named}, and none of a flag of that name. To start one: turnout rollout start ${named} ` +
  '--from <variant> --to <variant> --policy <policy>';

async function list({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  const items = await listAll<Parameters<typeof describeRollout>[0]>(api, given.all ? path : `${path}?state=live`);
  for (const one of items) shell.print(given.json ? JSON.stringify(one) : describeRollout(one));
  if (items.length === 0 && !given.json) shell.print(given.all ? 'There are no rollouts.' : 'Nothing is rolled out.');
  return EXIT.done;
}

async function start({ shell, given }: Asked, api: Api, path: string, flag: string): Promise<Exit> {
  const { from, to, target, policy, version, commit, reason } = given;
  if (from === undefined || to === undefined) {
    throw new UsageFault('Name the variant that is served with --from, and the one that is rolled out with --to.');
  }
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) throw new UsageFault('--version takes a number.');
  const body = {
    ...{ flag, from, to },
    ...(target === undefined ? {} : { target }),
    ...(policy === undefined ? {} : { policy }),
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(commit === undefined ? {} : { commit }),
    ...(reason === undefined ? {} : { reason }),
  };
  const answer = (await api.call<Steered>('POST', path, { body })).body;
  if (given.json) shell.print(JSON.stringify(answer));
  else {
    for (const warning of answer.warnings ?? []) shell.warn(warning);
    printRollout(shell, answer.rollout, { isSteered: true });
    printBeginning(shell, answer);
  }
  return EXIT.done;
}

function printBeginning(shell: Shell, { rollout: { flag, mode }, begins }: Steered): void {
  if (begins === undefined) return;
  shell.print(begins);
  shell.print(`Watch it: turnout rollout watch ${flag}`);
  if (mode === 'button') shell.print(`Press for the next stage: turnout rollout advance ${flag}`);
}

async function status({ shell, given }: Asked, found: ShownRollout): Promise<Exit> {
  if (given.json) shell.print(JSON.stringify(found));
  else printRollout(shell, found);
  return EXIT.done;
}

async function steer({ shell, given }: Asked, api: Api, path: string, verb: string): Promise<Exit> {
  const { query, timeoutMs } = readWait(given.wait);
  const body = {
    ...(given.reason === undefined ? {} : { reason: given.reason }),
    ...(verb === 'retry' && given['new-salt'] ? { newSalt: true } : {}),
  };
  const answer = (await api.call<Steered>('POST', `${path}/${verb}${query}`, { body, timeoutMs })).body;
  if (given.json) shell.print(JSON.stringify(answer));
  else {
    for (const warning of answer.warnings ?? []) shell.warn(warning);
    printRollout(shell, answer.rollout, { isSteered: true });
    printBeginning(shell, answer);
    if (answer.change) shell.print(describeChange(answer.change));
  }
  const { receipts } = answer;
  if (given.json) return receipts === undefined || isAll(receipts) ? EXIT.done : EXIT.notEverybody;
  return printReceipts(shell, receipts);
}

const isAll = ({ live, reached, complete }: Receipts) => live === reached && complete;

export const rolloutCommand: Command = {
  name: 'rollout',
  words: [`<${VERBS.join('|')}>`, '[flag or id]'],
  summary: 'Roll a variant out by a policy: start it, look at it, steer it',
  teaching:
    'A rollout walks the stages of its policy by itself: it grows when what the policy asks for is there, and goes back ' +
    'when a guard fails. start names a flag, the variant that is served (--from) and the one that is rolled out (--to); ' +
    'without --policy the policy that is attached to the flag is taken. Where nothing stands before the first stage, users ' +
    'get it within seconds; in mode button, starting counts as the first press.\n\nstatus says where it is, what it waits for and ' +
    'why; watch does so until it is over, and ends with 1 where it did not finish, with 130 where ^C stopped it before. advance presses for the next stage: it ' +
    'skips no condition. pause and resume ask for a reason; resume begins the stage anew. rollback waits for nothing: the ' +
    'target serves what it served before; with --wait it tells which apps have that in force, and ends with 3 where some ' +
    'have not. retry tries again from the first environment that is not finished. override-ratio goes on where the arms were ' +
    'found not to be as equal as they were cut: the stage begins anew, nothing is compared in it, and it takes a release manager. ' +
    'ask-again asks once more for an approval that somebody rejected.\n\nA rollout is named by its id, or by ' +
    'its flag: then the newest of that flag is meant.',
  examples: [
    'turnout rollout start new-checkout --from off --to on --policy web-standard',
    'turnout rollout status new-checkout',
    'turnout rollout rollback new-checkout --wait --reason "errors at the till"',
    'turnout rollout watch 4f1d0c2a9b7e',
  ],
  options: [
    ...([
      'project',
      'from',
      'to',
      'target',
      'policy',
      'version',
      'commit',
      'reason',
      'wait',
      'new-salt',
      'all',
    ] as const),
    ...REACH,
  ],
  meanings: {
    wait: 'With rollback, resume, override-ratio: until every app has it in force, up to a time such as 5s.',
    all: 'With list: those that are over, too.',
    from: 'With start: the variant that is served there now.',
    to: 'With start: the variant that is rolled out.',
    commit: 'The commit that is rolled out: what checks are matched by.',
    version: 'Of the policy. Default: the newest.',
  },
  values: { from: '<variant>' },
  run: rollout,
};
