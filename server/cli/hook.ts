import { existsSync } from 'node:fs';
import { makePrivateFile } from '../platform/private-file.ts';
import type { HookAnswer } from '../signals/contract.ts';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findProject, projectPath } from './find-place.ts';
import { listAll } from './read-pages.ts';

interface Made {
  hook: HookAnswer;
  secret: string | null;
}

async function runHook(asked: Asked): Promise<Exit> {
  const [verb, source, name] = asked.words;
  if (verb === 'list' && source === undefined) return listHooks(asked);
  if (verb === 'create' && source !== undefined && name !== undefined) return createHook(asked, source, name);
  throw new UsageFault('Say turnout hook list, or turnout hook create <alertmanager|generic> <name>.');
}

async function listHooks(asked: Asked): Promise<Exit> {
  const { shell, given } = asked;
  const api = await Api.open(asked);
  const hooks = await listAll<HookAnswer>(api, await hooksPath(api, asked));
  for (const hook of hooks) shell.print(given.json ? JSON.stringify(hook) : describe(hook));
  if (hooks.length === 0 && !given.json) shell.print('There is no hook yet. Make one: turnout hook create --help');
  return EXIT.done;
}

async function createHook(asked: Asked, source: string, name: string): Promise<Exit> {
  const { shell, given } = asked;
  const { environment, flag, tag, act, most, reason, out } = given;
  if (most !== undefined && !/^[1-9]\d{0,3}$/.test(most))
    throw new UsageFault(`${most} is no number of flips an hour.`);
  if (out !== undefined && existsSync(out)) throw new UsageFault(`There is a file ${out} already: name a new one.`);
  const body = {
    ...{ name, source },
    ...(environment === undefined ? {} : { environments: [environment] }),
    ...(flag === undefined ? {} : { flags: flag }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(act === undefined ? {} : { actions: act }),
    ...(most === undefined ? {} : { maxFlipsPerHour: Number(most) }),
    ...(reason === undefined ? {} : { reason }),
  };
  const api = await Api.open(asked);
  const made = (await api.call<Made>('POST', await hooksPath(api, asked), { body })).body;
  // What could not be kept is shown: there is no second chance to see it.
  const isKept = out !== undefined && made.secret !== null && makePrivateFile(out, made.secret);
  if (isKept) made.secret = null;
  if (given.json) shell.print(JSON.stringify(made));
  else {
    shell.print(describe(made.hook));
    if (!reaches(made.hook)) shell.warn(LISTS_NOTHING);
    shell.print(`its signals are posted to  ${made.hook.path}`);
    if (isKept) shell.print(`its secret is in           ${out}`);
    else shell.print(`its secret, shown once     ${made.secret ?? 'was shown before'}`);
  }
  return EXIT.done;
}

const LISTS_NOTHING =
  'It trips no guard and kills nothing: name where it counts with -e, and the flags with --flag or --tag.';

const hooksPath = async (api: Api, asked: Asked) => `${projectPath(await findProject(api, asked))}/hooks`;

/** `k2j8d0s9a1x4  Alerts (alertmanager): trips guards, kill, 3 flips an hour: of all tagged checkout, in production; …`. */
function describe(hook: HookAnswer): string {
  const { id, name, source, actions, environments, flags, tags, maxFlipsPerHour, lastSignalAt } = hook;
  const listed = [...flags, ...tags.map((tag) => `all tagged ${tag}`)].join(', ');
  const may = [...(reaches(hook) ? ['trips guards'] : []), ...actions].join(', ') || 'does nothing';
  const limit = actions.includes('kill') ? `, ${maxFlipsPerHour} flips an hour` : '';
  const where = `of ${listed || 'no flag'}, in ${environments.join(', ') || 'no environment'}`;
  return `${id}  ${name} (${source}): ${may}${limit}: ${where}; last signal ${lastSignalAt ?? 'none within a day'}`;
}

/** Whether there is anything whose guards its signals can trip. */
function reaches({ environments, flags, tags }: HookAnswer): boolean {
  return environments.length > 0 && flags.length + tags.length > 0;
}

export const hookCommand: Command = {
  name: 'hook',
  words: ['<list|create>', '[alertmanager|generic]', '[name]'],
  summary: 'Let alerts of other systems come in',
  teaching:
    'By a hook signals come in: from Alertmanager, with a token, or from any sender that signs. They trip the guards ' +
    'of rollouts of the flags that the hook lists (--flag, --tag), in the environment that it lists (-e), and of no others. With ' +
    '--act kill a signal kills the listed flag that its label turnout_flag names, where that says signalKill; with --act incident it opens an incident. Beyond --most kills an hour it ' +
    'opens an incident and kills nothing. The end of an alert turns nothing on.',
  examples: [
    'turnout hook create alertmanager "Alerts of production" -e production --tag checkout --out hook.token',
    'turnout hook create generic "Load test" -e staging --tag checkout --act kill --most 1',
    'turnout hook list',
  ],
  options: ['environment', 'project', 'flag', 'tag', 'act', 'most', 'out', 'reason', ...REACH],
  meanings: {
    environment: 'Where it may act, and where its signals trip guards.',
    flag: 'A flag that it may touch; may be given several times. Default: none.',
    out: 'With create: a new file for the secret, which only you can read. Default: it is printed.',
  },
  run: runHook,
};
