import { randomUUID } from 'node:crypto';
import { type Answered, Api, describeFailure, Refused, Unreachable } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH } from './command.ts';
import { environmentPath, findKillPlace, findPlace, inPath, type Place } from './find-place.ts';
import { type Flipped, printFlip } from './print-flip.ts';
import { printReceipts, readWait } from './print-receipts.ts';
import { suggestFlag } from './suggest-flag.ts';

const WHERE = ['environment', 'project', 'reason'] as const;

function verbPath({ project, environment }: Place, flag: string, verb: string): string {
  return `${environmentPath(project, environment)}/flags/${inPath(flag)}/${verb}`;
}

/** The freezes in spite of which it is done, after whatever the address asks for already. */
function withOverrides(query: string, ids: readonly string[] = []): string {
  const named = ids.map((id) => `overrideFreeze=${encodeURIComponent(id)}`);
  const all = [...(query === '' ? [] : [query.slice(1)]), ...named];
  return all.length === 0 ? '' : `?${all.join('&')}`;
}

/** The fields of the body that were given; every verb takes a reason. */
function bodyOf(asked: Asked, more: object = {}): object {
  const { reason, incident } = asked.given;
  return { ...(reason === undefined ? {} : { reason }), ...(incident === undefined ? {} : { incident }), ...more };
}

async function flip(asked: Asked, verb: string, more: object = {}): Promise<Exit> {
  const [flag = ''] = asked.words;
  const { query, timeoutMs } = readWait(asked.given.wait);
  const api = await Api.open(asked);
  const place = await findPlace(api, asked);
  const path = `${verbPath(place, flag, verb)}${withOverrides(query, asked.given['override-freeze'])}`;
  const call = api.call<Flipped>('POST', path, {
    body: bodyOf(asked, more),
    timeoutMs,
  });
  const { body } = await call.catch(async (error: unknown) => {
    throw await suggestFlag(api, place, flag, error);
  });
  if (asked.given.json) {
    asked.shell.print(JSON.stringify(body));
    return endingOf(body);
  }
  printFlip(asked.shell, flag, place.environment, body);
  return printReceipts(asked.shell, body.receipts);
}

/**
 * Tells every address at once, each the same request: nodes that are not joined reach different clients, and the
 * idempotency key lets joined ones see that it is one kill.
 */
async function kill(asked: Asked): Promise<Exit> {
  const [flag = ''] = asked.words;
  const { query, timeoutMs } = readWait(asked.given.wait);
  const api = await Api.open(asked);
  const place = await findKillPlace(api, asked);
  const path = `${verbPath(place, flag, 'kill')}${query}`;
  const options = { body: bodyOf(asked), timeoutMs, headers: { 'idempotency-key': randomUUID() } };
  const calls = api.addresses.map((address) => api.callAt<Flipped>(address, 'POST', path, options));
  const outcomes = await Promise.allSettled(calls);
  const killed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.flatMap((outcome, at) => {
    return outcome.status === 'rejected'
      ? [{ address: api.addresses[at] ?? '', error: outcome.reason as unknown }]
      : [];
  });
  const refusal = failed.find(({ error }) => error instanceof Refused)?.error;
  if (killed.length === 0) {
    if (refusal !== undefined) throw await suggestFlag(api, place, flag, refusal);
    throw new Unreachable(failed.map(({ address, error }) => describeFailure(address, error)));
  }
  printKill(asked, flag, place, killed, failed);
  const isAll = failed.length === 0 && killed.every(({ body }) => endingOf(body) === EXIT.done);
  return isAll ? EXIT.done : EXIT.notEverybody;
}

/** How a command ends by the receipts alone, where programs read them. */
function endingOf({ receipts }: Flipped): Exit {
  const isAll = receipts === undefined || (receipts.complete && receipts.reached === receipts.live);
  return isAll ? EXIT.done : EXIT.notEverybody;
}

function printKill(
  { given, shell }: Asked,
  flag: string,
  place: Place,
  killed: readonly Answered<Flipped>[],
  failed: readonly { address: string; error: unknown }[],
): void {
  const [first] = killed;
  if (given.json) shell.print(JSON.stringify(killed.length === 1 ? first?.body : killed.map(({ body }) => body)));
  else if (first !== undefined) {
    printFlip(shell, flag, place.environment, first.body);
    for (const { body } of killed) printReceipts(shell, body.receipts);
  }
  for (const { address, error } of failed) {
    shell.warn(error instanceof Refused ? `${address} refused: ${error.message}` : describeFailure(address, error));
  }
}

export const flipCommands: Command[] = [
  {
    name: 'kill',
    words: ['<flag>'],
    summary: 'Turn a flag off now, whatever else is going on',
    teaching:
      'The emergency path. It needs only the right to kill, asks for no approval, and works while the database is ' +
      'down. Everybody gets the flag’s off variant until `turnout restore`; no other command can undo it.\n\n' +
      'With several --url, all nodes are told at once. If one of them could not be told, it ends with 3; with --wait ' +
      'also when an app has not said in time that the kill is in force in it.',
    examples: [
      'turnout kill new-checkout -e production --reason "orders fail" --wait',
      'turnout kill new-checkout -p shop -e production --key kill.key --url http://a:8420 --url http://b:8420',
    ],
    options: [...WHERE, 'incident', 'wait', ...REACH],
    run: kill,
  },
  {
    name: 'restore',
    words: ['<flag>'],
    summary: 'Lift the kills of a flag; it serves what it is configured to again',
    teaching:
      'Users may get more than before, so in a protected environment this needs what every growing change needs.',
    examples: ['turnout restore new-checkout -e production --reason "fixed in 4.2.1"'],
    options: [...WHERE, 'override-freeze', 'wait', ...REACH],
    run: (asked) => flip(asked, 'restore'),
  },
  {
    name: 'on',
    words: ['<flag>'],
    summary: 'Turn a flag on: its rules and its fallthrough decide',
    teaching:
      'Says what users got before and get now. To give everybody one variant, use `turnout serve`. A killed flag is ' +
      'not turned on: it is lifted with `turnout restore`.',
    examples: ['turnout on new-checkout -e development', 'turnout on new-checkout -p shop -e production --json'],
    options: [...WHERE, 'override-freeze', 'wait', ...REACH],
    run: (asked) => flip(asked, 'on'),
  },
  {
    name: 'off',
    words: ['<flag>'],
    summary: 'Turn a flag off: everybody gets its off variant',
    teaching:
      'Turning off is towards safe, so no approval stands before it. If the database is down, use `turnout kill`.',
    examples: ['turnout off new-checkout -e production --reason "too slow"'],
    options: [...WHERE, 'override-freeze', 'wait', ...REACH],
    run: (asked) => flip(asked, 'off'),
  },
  {
    name: 'serve',
    words: ['<flag>', '<variant>'],
    summary: 'Turn a flag on and serve one variant to all that no rule catches',
    teaching:
      'The way to flip a flag that is on already. Its rules stay; only the fallthrough changes. With --wait it tells ' +
      'which running apps have put it in force, and ends with 3 when some have not.',
    examples: ['turnout serve checkout-button place-order -e production --wait 5s'],
    options: [...WHERE, 'override-freeze', 'wait', ...REACH],
    run: (asked) => flip(asked, 'serve', { variant: asked.words[1] }),
  },
];
