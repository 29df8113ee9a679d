import type { ChildProcess } from 'node:child_process';
import { Turnout } from '@turnout/sdk-node';
import { endChild, forkHere, nextMessage } from './child.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';

const CLIENTS = 50;
const OUTAGE_MS = 60_000;
const KILL_AT_MS = 15_000;
const RESTART_AT_MS = 40_000;
const ASK_EVERY_MS = 50;

/** What was asked of the server while Postgres was gone, and what came back. */
interface Tally {
  evaluations: number;
  snapshots: number;
  failed: string[];
  /** Questions while the server's own process was being restarted. */
  whileRestarting: number;
}

/**
 * `prove -- outage`: Postgres is gone for a minute. Meanwhile flags are evaluated over HTTP and in apps, a flag is
 * killed, the server is killed with SIGKILL and starts from its disk, and then the log has the kill exactly once.
 */
export async function proveOutage(): Promise<void> {
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  let house: HouseProcess | undefined;
  let apps: Turnout[] = [];
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url });
    const secret = await makeEnvironment(house);
    for (const key of ['burning', 'calm']) {
      await house.call('POST', '/projects/proof/flags', { key, type: 'boolean' });
      await house.call('POST', `/projects/proof/environments/production/flags/${key}/on`, {});
    }
    apps = Array.from({ length: CLIENTS }, () => newApp(house as HouseProcess, secret));
    await Promise.all(apps.map((app) => app.ready()));
    await orderPostgres(postgres, 'crash');
    const began = performance.now();
    const asking = keepAsking(house, secret, began);
    await until(began, KILL_AT_MS);
    const kill = await killFlag(house, apps);
    await until(began, RESTART_AT_MS);
    asking.tally.whileRestarting = asking.tally.failed.length;
    await house.restart();
    asking.tally.whileRestarting = asking.tally.failed.length - asking.tally.whileRestarting;
    const fromDisk = await readValue(house, secret, 'burning');
    const tally = await asking.done;
    await orderPostgres(postgres, 'start');
    const times = await timesInLog(house, kill.id);
    keepEvidence({
      proof: 'outage',
      method:
        `Postgres is crashed for ${OUTAGE_MS / 1000} s under one node with ${CLIENTS} apps on sdk-node and a question ` +
        `over HTTP every ${ASK_EVERY_MS} ms. After ${KILL_AT_MS / 1000} s a flag is killed; after ` +
        `${RESTART_AT_MS / 1000} s the node is ended with SIGKILL and starts from its disk.`,
      figures: [foldFigure('kill with Postgres gone, request to the callback of each app', 'ms', kill.times)],
      facts: {
        evaluations: tally.evaluations,
        snapshots: tally.snapshots,
        'refused or failed, but for the restart of the node': tally.failed.length - tally.whileRestarting,
        'kill acknowledged as': kill.durable,
        'apps that applied the kill': kill.times.length,
        'killed flag after the restart from disk': String(fromDisk),
        'entries of the kill in the log afterwards': times,
        'chain verifies': await verifies(house),
      },
    });
    for (const failure of new Set(tally.failed)) console.log(`failed: ${failure}`);
  } finally {
    await Promise.all(apps.map((app) => app.close()));
    await house?.end();
    await endChild(postgres);
  }
}

function newApp(house: HouseProcess, key: string): Turnout {
  return new Turnout({ url: house.url, key, logger: false });
}

async function orderPostgres(postgres: ChildProcess, order: 'crash' | 'start'): Promise<void> {
  postgres.send(order);
  await nextMessage(postgres);
}

const until = (from: number, ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, from + ms - performance.now())));

function keepAsking(house: HouseProcess, secret: string, began: number): { tally: Tally; done: Promise<Tally> } {
  const tally: Tally = { evaluations: 0, snapshots: 0, failed: [], whileRestarting: 0 };
  const ask = async () => {
    for (let turn = 0; performance.now() - began < OUTAGE_MS; turn++) {
      try {
        if (turn % 20 === 0) {
          const snapshot = await fetch(`${house.url}/sdk/v1/ruleset`, { headers: bearer(secret) });
          if (snapshot.status !== 200) throw new Error(`snapshot ${snapshot.status}`);
          await snapshot.arrayBuffer();
          tally.snapshots++;
        }
        if ((await readValue(house, secret, 'calm')) !== true) throw new Error('a wrong answer');
        tally.evaluations++;
      } catch (error) {
        tally.failed.push(error instanceof Error ? error.message : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    return tally;
  };
  return { tally, done: ask() };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}`, 'content-type': 'application/json' });

async function readValue(house: HouseProcess, secret: string, flag: string): Promise<unknown> {
  const response = await fetch(`${house.url}/ofrep/v1/evaluate/flags/${flag}`, {
    method: 'POST',
    headers: bearer(secret),
    body: '{"context":{}}',
  });
  if (response.status !== 200) throw new Error(`evaluation ${response.status}`);
  return ((await response.json()) as { value?: unknown }).value;
}

async function killFlag(
  house: HouseProcess,
  apps: Turnout[],
): Promise<{ id: string; durable: string; times: number[] }> {
  const from = performance.now();
  const applied = apps.map(
    (app) =>
      new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('an app never heard of the kill')), 10_000);
        const stop = app.watch('burning', true, {}, (now) => {
          if (now.value !== false) return;
          clearTimeout(late);
          stop();
          resolve(performance.now() - from);
        });
      }),
  );
  const path = '/projects/proof/environments/production/flags/burning/kill';
  const answer = (await house.call('POST', path, { reason: 'it burns' })) as { id?: string; durable?: string };
  return { id: answer.id ?? '', durable: answer.durable ?? '', times: await Promise.all(applied) };
}

async function timesInLog(house: HouseProcess, killId: string): Promise<number> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const page = (await house.call('GET', '/projects/proof/changes?limit=200').catch(() => undefined)) as
      | { items: { killId?: string }[] }
      | undefined;
    const times = page?.items.filter((change) => change.killId === killId).length ?? 0;
    if (times > 0 || performance.now() > deadline) return times;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function verifies(house: HouseProcess): Promise<boolean> {
  return ((await house.call('GET', '/projects/proof/changes/verify')) as { ok?: boolean }).ok ?? false;
}
