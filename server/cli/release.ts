import { writeFileSync } from 'node:fs';
import type { ReleaseAnswer, ReleaseDiffAnswer, ReleaseItemAnswer } from '../releases/contract.ts';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, type Shell, UsageFault } from './command.ts';
import { environmentPath, findPlace, inPath } from './find-place.ts';
import { describeChange, type Made } from './print-flip.ts';
import { sayMoment } from './print-rollout.ts';
import type { Listed } from './read-pages.ts';

const USAGE =
  'Say turnout release list, release create [tag], release show <tag>, release diff <from> [to], or release export <tag>. ' +
  'See: turnout release --help';

async function runRelease(asked: Asked): Promise<Exit> {
  const [verb, one, two, ...more] = asked.words;
  if (more.length > 0) throw new UsageFault(USAGE);
  if (verb === 'list' && one === undefined) return listReleases(asked);
  if (verb === 'create' && two === undefined) return createRelease(asked, one);
  if (verb === 'show' && one !== undefined && two === undefined) return showRelease(asked, one);
  if (verb === 'diff' && one !== undefined) return diffReleases(asked, one, two ?? 'now');
  if (verb === 'export' && one !== undefined && two === undefined) return exportRelease(asked, one);
  throw new UsageFault(USAGE);
}

async function findPath(api: Api, asked: Asked): Promise<string> {
  const { project, environment } = await findPlace(api, asked);
  return environmentPath(project, environment);
}

async function listReleases(asked: Asked): Promise<Exit> {
  const { given, shell } = asked;
  const api = await Api.open(asked);
  const path = `${await findPath(api, asked)}/releases?limit=50`;
  let found = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at: string = cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    const { items, next } = (await api.call<Listed<ReleaseItemAnswer>>('GET', at)).body;
    for (const item of items) shell.print(given.json ? JSON.stringify(item) : describe(item));
    found += items.length;
    cursor = given.all ? next : null;
  }
  if (found === 0 && !given.json) shell.print('There is no release yet.');
  return EXIT.done;
}

/** `autumn  2026-11-25 12:00 UTC  412 flags, from weekly 12, known good: the one to go back to` */
function describe(release: ReleaseItemAnswer): string {
  const { tag, createdAt, flags, origin, knownGood, latestKnownGood, unproven } = release;
  const good = knownGood
    ? `known good${latestKnownGood ? ': the one to go back to' : ''}`
    : `${unproven} of them not known to be good`;
  const from = origin.kind === 'manual' ? origin.says : `from ${origin.says}`;
  return `${tag}  ${sayMoment(createdAt)}  ${flags} flags, ${from}, ${good}`;
}

async function createRelease(asked: Asked, tag: string | undefined): Promise<Exit> {
  const { given, shell } = asked;
  const { commit, reason, note } = given;
  const api = await Api.open(asked);
  const body = {
    ...(tag === undefined ? {} : { tag }),
    ...(commit === undefined ? {} : { commit }),
    ...(note === undefined ? {} : { note }),
    ...(reason === undefined ? {} : { reason }),
  };
  const path = `${await findPath(api, asked)}/releases`;
  const made = (await api.call<{ release: ReleaseItemAnswer; change?: Made }>('POST', path, { body })).body;
  shell.print(given.json ? JSON.stringify(made) : describe(made.release));
  if (made.change !== undefined && !given.json) shell.print(describeChange(made.change));
  return EXIT.done;
}

async function showRelease(asked: Asked, tag: string): Promise<Exit> {
  const { given, shell } = asked;
  const api = await Api.open(asked);
  const { body } = await api.call<ReleaseAnswer>('GET', `${await findPath(api, asked)}/releases/${inPath(tag)}`);
  if (given.json) {
    shell.print(JSON.stringify(body));
    return EXIT.done;
  }
  shell.print(describe(body));
  if (body.note !== null) shell.print(`  “${body.note}”`);
  for (const { flag, because } of body.unprovenFlags) shell.print(`  · ${flag}: ${because}`);
  for (const { key, good, because } of body.items) if (good) shell.print(`  ✓ ${key}: ${because}`);
  return EXIT.done;
}

async function diffReleases(asked: Asked, from: string, to: string): Promise<Exit> {
  const { given, shell } = asked;
  const api = await Api.open(asked);
  const path = `${await findPath(api, asked)}/release-diff?${new URLSearchParams({ from, to })}`;
  const { body } = await api.call<ReleaseDiffAnswer>('GET', path);
  if (given.json) shell.print(JSON.stringify(body));
  else printDiff(shell, body);
  return EXIT.done;
}

function printDiff(shell: Shell, { from, to, flags, segments, same }: ReleaseDiffAnswer): void {
  const isSame = flags.length + segments.length === 0;
  shell.print(
    isSame ? `${from} and ${to} are the same: ${same} flags.` : `From ${from} to ${to}; ${same} flags are the same.`,
  );
  for (const { key, before, after } of flags) shell.print(`  ${key}: ${sayFields(before, after)}`);
  for (const { key, before, after } of segments) shell.print(`  segment ${key}: ${sayFields(before, after)}`);
}

/** The fields that differ, each with both sides. */
function sayFields(before: unknown, after: unknown): string {
  if (before === null) return 'is new';
  if (after === null) return 'is gone';
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const told = [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((field) => {
    const [one, two] = [JSON.stringify(was[field]), JSON.stringify(is[field])];
    return one === two ? [] : [`${field} ${one ?? 'none'} → ${two ?? 'none'}`];
  });
  return told.join(', ');
}

async function exportRelease(asked: Asked, tag: string): Promise<Exit> {
  const { given, shell } = asked;
  const api = await Api.open(asked);
  const path = `${await findPath(api, asked)}/releases/${inPath(tag)}/export`;
  const { body } = await api.call<{ document: object; notes: { flag: string; note: string }[] }>('GET', path);
  const text = JSON.stringify(given.json ? body : body.document, null, 2);
  if (given.out === undefined) shell.print(text);
  else writeFileSync(given.out, `${text}\n`);
  // Beside the document, so that it can be taken from standard output.
  if (!given.json) for (const { flag, note } of body.notes) shell.warn(`Note: ${flag}: ${note}.`);
  return EXIT.done;
}

export const releaseCommand: Command = {
  name: 'release',
  words: ['<list|create|show|diff|export>', '[tag or from]', '[to]'],
  summary: 'Keep what an environment is, under a tag, and say what of it is known to be good',
  teaching:
    'A release keeps every flag and segment of an environment as an author would write them; a flag that is rolled out is ' +
    'kept as it was before the rollout. Departures and finished rollouts make one by themselves.\n\n' +
    'It is known good while each of its forms is: by a rollout that finished with its guards passed, by being off, or by 7 ' +
    'days in force. A kill, a rollback or an incident that names a flag takes that away.\n\n' +
    'In diff, now is what the environment is.',
  examples: [
    'turnout release create before-the-sale -e production --note "Before the sale"',
    'turnout release show before-the-sale -e production',
    'turnout release diff before-the-sale now -e production',
    'turnout release export before-the-sale -e production -o before-the-sale.json',
  ],
  options: ['environment', 'project', 'commit', 'note', 'all', 'out', 'reason', ...REACH],
  meanings: { all: 'With list: all of them, not the newest 50 alone.' },
  run: runRelease,
};
