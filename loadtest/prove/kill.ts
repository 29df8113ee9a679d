import { type ChildProcess, execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppNote, AppOrder } from './app-process.ts';
import { endChild, forkBuilt, forkHere, HOUSE, nextMessage } from './child.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';

const CLIENTS = 200;
const PROCESSES = 4;
const FROZEN = 'client-117';
const FLAG = 'new-checkout';
const WAIT_S = 3;
const WITHIN_MS = 30_000;

/** What `turnout kill` printed, and how it ended. */
interface Said {
  code: number;
  out: string;
}

interface Receipts {
  live: number;
  reached: number;
  p50: number | null;
  p99: number | null;
  max: number | null;
  laggards: { host: string; why: string }[];
}

/**
 * `prove -- kill`: 200 apps in processes of their own, one of them frozen with SIGSTOP; Postgres is stopped; a flag is
 * killed from the command line. Who has put it in force is told by receipts, and held against what the apps themselves
 * say. Then Postgres is there again, and the log has the kill once.
 */
export async function proveKill(): Promise<void> {
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  const apps: ChildProcess[] = [];
  let house: HouseProcess | undefined;
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url, TURNOUT_DEMO: 'false' });
    const key = await makeEnvironment(house);
    await house.call('POST', '/projects/proof/flags', { key: FLAG, type: 'boolean' });
    await house.call('POST', `/projects/proof/environments/production/flags/${FLAG}/on`, {});
    const off = await startApps(apps, { url: house.url, key, flag: FLAG });
    apps.at(-1)?.kill('SIGSTOP');
    await orderPostgres(postgres, 'crash');
    const from = performance.timeOrigin + performance.now();
    const said = await killFromPrompt(house);
    const receipts = await readReceipts(house, said);
    await until(() => off.size >= CLIENTS - 1, 'not every app that runs has put the kill in force');
    await orderPostgres(postgres, 'start');
    const times = await timesInLog(house);
    const chain = (await house.call('GET', '/projects/proof/changes/verify')) as { ok?: boolean };
    keepKill({ said, receipts, callbacks: [...off.values()].map((at) => at - from), times, holds: chain.ok ?? false });
  } finally {
    for (const app of apps) app.kill('SIGKILL');
    await house?.end();
    await endChild(postgres);
  }
}

/** Starts the apps in a few processes and the one that will be frozen in its own, which comes last. */
async function startApps(apps: ChildProcess[], about: Omit<AppOrder, 'hosts'>): Promise<Map<string, number>> {
  const off = new Map<string, number>();
  const names = Array.from({ length: CLIENTS }, (_, at) => `client-${at + 1}`).filter((name) => name !== FROZEN);
  const groups = Array.from({ length: PROCESSES }, (_, at) => names.filter((_name, index) => index % PROCESSES === at));
  for (const hosts of [...groups, [FROZEN]]) {
    const child = forkBuilt('app-process.js');
    apps.push(child);
    child.send({ ...about, hosts } satisfies AppOrder);
    await nextMessage(child);
    child.on('message', (note: AppNote) => {
      if ('off' in note) off.set(note.off, note.at);
    });
  }
  return off;
}

async function orderPostgres(postgres: ChildProcess, order: 'crash' | 'start'): Promise<void> {
  postgres.send(order);
  await nextMessage(postgres);
}

/** The very command that a person would type. */
function killFromPrompt(house: HouseProcess): Promise<Said> {
  const secret = join(tmpdir(), `turnout-proof-${process.pid}.key`);
  writeFileSync(secret, house.token, { mode: 0o600 });
  const place = ['-p', 'proof', '-e', 'production', '--url', house.url, '--key', secret];
  const words = ['kill', FLAG, '--reason', 'errors at the till', '--wait', `${WAIT_S}s`, ...place];
  return new Promise((resolve) => {
    execFile(process.execPath, [`${HOUSE}server/dist/cli/turnout.js`, ...words], (error, out) => {
      rmSync(secret);
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out });
    });
  });
}

async function readReceipts(house: HouseProcess, { out }: Said): Promise<Receipts> {
  const id = /\(([0-9a-f]{32})\)/.exec(out)?.[1];
  if (id === undefined) throw new Error(`the kill was not journalled:\n${out}`);
  const path = `/projects/proof/environments/production/kills/${id}/receipts`;
  const told = (await house.call('GET', path)) as Partial<Receipts>;
  return { live: 0, reached: 0, p50: null, p99: null, max: null, laggards: [], ...told };
}

async function timesInLog(house: HouseProcess): Promise<number> {
  let times = 0;
  const look = async () => {
    const page = (await house.call('GET', '/projects/proof/changes?action=flag.kill').catch(() => undefined)) as
      | { items: unknown[] }
      | undefined;
    times = page?.items.length ?? 0;
    return times > 0;
  };
  await until(look, 'the kill did not come into the log');
  // A second record would come within the next rounds.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await look();
  return times;
}

async function until(look: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Outcome {
  said: Said;
  receipts: Receipts;
  /** From the start of the command to each app's own callback. */
  callbacks: number[];
  times: number;
  holds: boolean;
}

function keepKill({ said, receipts, callbacks, times, holds }: Outcome): void {
  const { live, reached, p50, p99, max, laggards } = receipts;
  const [laggard] = laggards;
  keepEvidence({
    proof: 'kill',
    method:
      `${CLIENTS} apps on sdk-node in ${PROCESSES + 1} processes, ${FROZEN} frozen with SIGSTOP; Postgres crashed; the flag ` +
      `killed by \`turnout kill --wait ${WAIT_S}s\`. Times from the journal to the receipts, by the server’s clock.`,
    figures: [
      foldFigure('kill with Postgres gone, journal to receipt, p50', 'ms', [p50 ?? Number.NaN]),
      foldFigure('the same, p99', 'ms', [p99 ?? Number.NaN]),
      foldFigure('the same, last', 'ms', [max ?? Number.NaN], { at: 'most', value: 1_000 }),
    ],
    facts: {
      'apps that were running': live,
      'apps that acknowledged': reached,
      'apps whose own callback was called': callbacks.length,
      laggards: laggards.map(({ host, why }) => `${host}: ${why}`).join(', '),
      'the command ended with': said.code,
      'entries of the kill in the log afterwards': times,
      'chain verifies': holds,
    },
  });
  const lines = [
    `$ turnout kill ${FLAG} -e production --reason 'errors at the till' --wait ${WAIT_S}s    # Postgres is stopped`,
    `${reached} of ${live} applied · p50 ${p50} ms · last ${max} ms`,
    `laggard ${laggard?.host} (${/\((stream open.*)\)/.exec(said.out)?.[1] ?? laggard?.why})`,
    `                                                     # Postgres starts`,
    `in the change log ${times === 1 ? 'once' : `${times} times`} · chain ${holds ? 'verifies' : 'IS BROKEN'}`,
  ];
  console.log(`\n${said.out}\n${lines.join('\n')}`);
  const isRight =
    live === CLIENTS && reached === CLIENTS - 1 && callbacks.length === CLIENTS - 1 && laggard?.host === FROZEN;
  if (!isRight || times !== 1 || !holds || said.code !== 3) throw new Error('that is not what was to be proved');
}
