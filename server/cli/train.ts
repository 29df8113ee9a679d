import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findEnvironment, findProject, inPath, projectPath } from './find-place.ts';
import { sayMoment } from './print-rollout.ts';

/** A train, as the API tells it. */
export interface Train {
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
  asked.shell.print(asked.given.json ? JSON.stringify(answer.body) : describeTrain(answer.body.train));
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
  for (const one of trains) shell.print(given.json ? JSON.stringify(one) : describeTrain(one));
  if (trains.length === 0 && !given.json) shell.print('There are no trains.');
  return EXIT.done;
}

function show({ shell, given }: Asked, one: Train): Exit {
  if (given.json) {
    shell.print(JSON.stringify(one));
    return EXIT.done;
  }
  shell.print(describeTrain(one));
  for (const { leavesAt, closesAt } of one.ahead) {
    const cutOff = closesAt === leavesAt ? '' : `, closes ${sayMoment(closesAt)}`;
    shell.print(`  leaves ${sayMoment(leavesAt)}${cutOff}`);
  }
  for (const { at, freeze } of one.skipped) shell.print(`  not ${sayMoment(at)}: the freeze “${freeze}” holds`);
  return EXIT.done;
}

/** In one line, and at its end who stopped it. */
export function describeTrain({
  key,
  environment,
  says,
  cutOff,
  mode,
  onItemFail,
  mostCars,
  stopped,
  archived,
}: Train): string {
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
