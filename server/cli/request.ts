import { Api, type Fields } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';
import { listAll } from './read-pages.ts';

interface Request {
  id: string;
  kind: string;
  title: string;
  reason: string;
  state: string;
  environments: string[];
  directions: Record<string, string>;
  createdByName: string | null;
  createdBy: string;
  approvals: { person: { name: string }; counts: boolean; why: string | null }[];
  waits: string | null;
  expiresAt: string;
}

interface Started {
  flag: string;
  from: string;
  to: string;
  policy: { key: string; version: number };
  path: string[];
}

interface Whole extends Request {
  items: { method: string; path: string; base: number | null }[];
  diff: Record<string, { rollouts?: Started[] }>;
  now: {
    same: boolean;
    moved: string | null;
    problem: { detail: string } | null;
    frozen: Record<string, { name: string; until: string | null }>;
  } | null;
}

interface Changed {
  request: Request;
  change?: Made;
  /** Of a key that was made. */
  secret?: string;
}

const VERBS = ['list', 'show', 'apply', 'rebase', 'withdraw'];

async function request(asked: Asked): Promise<Exit> {
  const [verb = '', id] = asked.words;
  if (!VERBS.includes(verb)) throw new UsageFault(`turnout request knows ${VERBS.join(', ')}, and not ${verb}.`);
  const api = await Api.open(asked);
  const path = `${projectPath(await findProject(api, asked))}/requests`;
  if (verb === 'list') return list(asked, api, path);
  if (id === undefined)
    throw new UsageFault(`Which request? turnout request list shows them: turnout request ${verb} <id>`);
  const one = `${path}/${inPath(id)}`;
  if (verb === 'show') return show(asked, api, one);
  const body = asked.given.reason === undefined ? {} : { reason: asked.given.reason };
  const answer = (await api.call<Changed>('POST', `${one}/${verb}`, { body })).body;
  if (asked.given.json) asked.shell.print(JSON.stringify(answer));
  else {
    asked.shell.print(describe(answer.request));
    if (verb === 'apply' && answer.change) asked.shell.print(describeChange(answer.change));
    if (answer.secret) asked.shell.print(`The secret of the key, shown this once: ${answer.secret}`);
  }
  return EXIT.done;
}

async function list({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  const items = await listAll<Request>(api, given.all ? path : `${path}?state=open`);
  for (const one of items) shell.print(given.json ? JSON.stringify(one) : describe(one));
  if (items.length === 0 && !given.json) shell.print(given.all ? 'There are no requests.' : 'Nothing waits.');
  return EXIT.done;
}

async function show({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  const whole = (await api.call<Whole & Fields>('GET', path)).body;
  if (given.json) {
    shell.print(JSON.stringify(whole));
    return EXIT.done;
  }
  shell.print(describe(whole));
  shell.print(`  ${whole.reason}`);
  for (const { method, path: call, base } of whole.items) {
    shell.print(`  ${method} ${call}${base === null ? '' : ` (written for version ${base})`}`);
  }
  for (const [environment, way] of Object.entries(whole.directions)) shell.print(`  ${environment}: ${way}`);
  for (const one of Object.values(whole.diff).flatMap(({ rollouts = [] }) => rollouts)) shell.print(describeStart(one));
  for (const { person, counts, why } of whole.approvals) {
    shell.print(`  approved by ${person.name}${counts ? '' : `, which does not count: ${why}`}`);
  }
  for (const [environment, { name, until }] of Object.entries(whole.now?.frozen ?? {})) {
    shell.print(`  ${environment} is frozen until ${until ?? 'somebody ends that'}: ${name}`);
  }
  if (whole.now?.problem) shell.print(`  ${whole.now.problem.detail}`);
  else if (whole.now && !whole.now.same)
    shell.print(`  ${whole.now.moved ?? 'It would come to something else now.'} Rebase it.`);
  return EXIT.done;
}

const describeStart = ({ flag, from, to, policy, path }: Started) =>
  `  rolls out ${flag}, ${from} → ${to}, by ${policy.key} v${policy.version} through ${path.join(' and ')}`;

function describe({ id, title, state, environments, waits, createdBy, createdByName }: Request): string {
  // Requests of rollouts say it in their title.
  const unsaid = environments.filter((key) => !title.endsWith(` in ${key}`));
  const where = unsaid.length === 0 ? '' : ` in ${unsaid.join(', ')}`;
  const how = state === 'open' ? (waits ?? 'It can be applied.') : `${state}.`;
  return `${id}  ${title}${where}, by ${createdByName ?? createdBy}. ${how}`;
}

export const requestCommand: Command = {
  name: 'request',
  words: ['<list|show|apply|rebase|withdraw>', '[id]'],
  summary: 'What waits for an approval: look at it, apply it, take it back',
  teaching:
    'What grows in a protected environment waits in a request until enough people approve of it. They approve on the ' +
    'screen, signed in: no token approves. An approved request is applied by whoever may change flags there, as one ' +
    'change. Where something moved since it was written, rebase takes it there; what was approved stays approved only ' +
    'where it still comes to the same.',
  examples: ['turnout request list -p shop', 'turnout request show 4f1d0c2a9b7e', 'turnout request apply 4f1d0c2a9b7e'],
  options: ['project', 'all', 'reason', ...REACH],
  meanings: { all: 'With list: closed ones too.' },
  run: request,
};
