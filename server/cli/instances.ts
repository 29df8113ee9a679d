import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH } from './command.ts';
import { environmentPath, findPlace } from './find-place.ts';
import { describeWhy } from './print-receipts.ts';
import { type Listed, readPages } from './read-pages.ts';

/** A running app, as the API lists it. */
interface Instance {
  instance: string;
  host: string;
  sdk: string;
  state: string;
  why?: string;
  position: string | null;
  silentMs: number;
}

interface Page extends Listed<Instance> {
  counts: { live: number; laggard: number; lost: number };
  unknown: string[];
  complete: boolean;
}

async function instances(asked: Asked): Promise<Exit> {
  const { shell, given } = asked;
  const api = await Api.open(asked);
  const { project, environment } = await findPlace(api, asked);
  const path = `${environmentPath(project, environment)}/instances`;
  const items: Instance[] = [];
  let page: Page | undefined;
  for await (page of readPages<Page>(api, path)) items.push(...page.items);
  if (given.json) for (const item of items) shell.print(JSON.stringify(item));
  else if (page !== undefined) print(asked, items, page, environment);
  return EXIT.done;
}

function print({ shell }: Asked, items: readonly Instance[], page: Page, environment: string): void {
  const { live, laggard, lost } = page.counts;
  shell.print(`${environment}: ${live} live, ${laggard} lagging, ${lost} lost within the hour`);
  const rows = items.map(({ host, instance, sdk, state, why, position, silentMs }) => {
    const shown = why === undefined ? state : `${state}: ${describeWhy(why, silentMs)}`;
    return [host || 'unnamed', instance.slice(0, 8), sdk, position ?? 'no position yet', shown];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) shell.print(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
  if (page.unknown.length > 0) shell.warn(`Nodes that could not be asked: ${page.unknown.join(', ')}`);
  else if (!page.complete) shell.warn('The database cannot be asked which other nodes there are: this is one node.');
}

export const instancesCommand: Command = {
  name: 'instances',
  words: [],
  summary: 'List the apps that run, where each is, and what is amiss',
  teaching:
    'An app is listed by its SDK: live, lagging (it was heard of within a minute, and something is amiss), or lost, for ' +
    'an hour. Callers over OFREP and browsers are not listed. With --json, one object a line.',
  examples: ['turnout instances -e production', 'turnout instances -p shop -e production --json'],
  options: ['environment', 'project', ...REACH],
  run: instances,
};
