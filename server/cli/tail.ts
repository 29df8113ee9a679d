import { setTimeout as sleep } from 'node:timers/promises';
import { Api, Refused, Unreachable } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { findProject, projectPath } from './find-place.ts';
import { describeNumber } from './print-flip.ts';

/** An entry of the change log, as its list shows it. */
interface Entry {
  id: number;
  seq: number;
  at: string;
  actor: string;
  actorName?: string | null;
  action: string;
  subject: string;
  /** What was done, in words. */
  summary?: string;
  reason: string | null;
  environments: { key: string; position: string }[];
}

const EVERY_MS = 1_000;
const PAGE = 200;

/** Prints changes as they are made until it is stopped. A server that goes away is waited for. */
async function tail(asked: Asked): Promise<Exit> {
  const { shell, given } = asked;
  const last = readCount(given.last);
  const api = await Api.open(asked);
  const path = `${projectPath(await findProject(api, asked))}/changes`;
  const filter = given.environment === undefined ? '' : `&environment=${encodeURIComponent(given.environment)}`;
  const recent = await readEntries(api, `${path}?limit=${Math.max(1, last)}${filter}`);
  let seq = recent[0]?.seq ?? 0;
  for (const entry of last === 0 ? [] : [...recent].reverse()) print(shell, entry, given.json);
  for (let away = false; !shell.stopped.aborted; ) {
    const entries = await readEntries(api, `${path}?limit=${PAGE}&after=${seq}${filter}`).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      if (!away) shell.warn(`${error instanceof Error ? error.message.split('\n')[0] : error} Trying again.`);
      away = true;
      return undefined;
    });
    if (entries !== undefined) away = false;
    for (const entry of entries ?? []) {
      print(shell, entry, given.json);
      seq = entry.seq;
    }
    if (entries?.length !== PAGE) await sleep(EVERY_MS, undefined, { signal: shell.stopped }).catch(() => undefined);
  }
  return EXIT.done;
}

function readCount(text: string | undefined): number {
  if (text === undefined) return 10;
  if (!/^\d{1,3}$/.test(text) || Number(text) > PAGE) throw new UsageFault(`--last takes a number from 0 to ${PAGE}.`);
  return Number(text);
}

async function readEntries(api: Api, path: string): Promise<Entry[]> {
  return (await api.call<{ items: Entry[] }>('GET', path)).body.items;
}

/** What goes over by itself: no answer, or a server that is busy or without its database. */
function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && (error.status === 503 || error.status === 429));
}

function print(shell: Shell, entry: Entry, json: boolean | undefined): void {
  if (json) {
    shell.print(JSON.stringify(entry));
    return;
  }
  const { at, actor, actorName, action, subject, summary, reason, environments } = entry;
  const told = summary || subject;
  const where = environments.flatMap(({ key }) => (told.includes(` in ${key}`) ? [] : key)).join(', ');
  const parts = [
    `${at.slice(0, 19).replace('T', ' ')}Z  ${describeNumber(entry)}  ${action}  ${told}`,
    where,
    `by ${actorName ?? actor}`,
  ];
  shell.print([...parts.filter((part) => part !== ''), ...(reason ? [`"${reason}"`] : [])].join('  '));
}

export const tailCommand: Command = {
  name: 'tail',
  words: [],
  summary: 'Follow the change log: who changes what, as it happens',
  teaching:
    'Shows the last changes and then every new one within a second, until ^C. Times are UTC. With --json, one object a ' +
    'line.',
  examples: ['turnout tail', 'turnout tail -e production --last 0 --json'],
  options: ['project', 'environment', 'last', ...REACH],
  meanings: { environment: 'Only changes of this environment. Default: all changes of the project.' },
  run: tail,
};
