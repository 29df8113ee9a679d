import type { ChildProcess } from 'node:child_process';
import { loadavg } from 'node:os';
import { endChild, forkBuilt, forkHere, nextMessage } from './child.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import { type HouseProcess, makeEnvironment, startHouse } from './house-process.ts';
import type { VisitOrder, Visits } from './recall-apps.ts';

const REPEATS = 10;
const APPS = 20;
const PROCESSES = 4;
const FLAGS = Array.from({ length: 12 }, (_, at) => `item-${at + 1}`);
const TRAIN = '/projects/proof/trains/weekly';
/** So long visitors go on coming after the answer: none of them may get what was recalled. */
const AFTERWARDS_MS = 1_000;

const now = () => performance.timeOrigin + performance.now();
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What the API answers of a departure or a recall. */
interface Steered {
  departure?: { state: string };
  kept?: unknown[];
  receipts?: { live: number; reached: number; max: number | null; complete: boolean };
}

/** How one recall went. */
interface Recalled {
  /** From before the request was sent until it was answered, which is when the last app has it in force. */
  wholeMs: number;
  /** From the commit to the last receipt, by the server's clock. */
  reachedMs: number;
  /** What was served before the answer, and after it. */
  meanwhile: Visits;
  afterwards: Visits;
  receipts: string;
}

/**
 * `prove -- recall [repeats]`: twelve flags leave together and grow, while apps in processes of their own ask for them. One
 * call recalls the departure. Who has put it in force is told by receipts, and held against what the apps serve; and the
 * environment is what it was before, to the byte.
 */
export async function proveRecall(): Promise<void> {
  const [repeats = REPEATS] = process.argv.slice(3).map(Number);
  const [load = 0] = loadavg();
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  const apps: ChildProcess[] = [];
  let house: HouseProcess | undefined;
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    house = await startHouse({ DATABASE_URL: url, TURNOUT_DEMO: 'false' });
    const key = await makeEnvironment(house);
    await prepareTrain(house);
    await startApps(apps, { url: house.url, key, flags: FLAGS });
    const recalls: Recalled[] = [];
    for (let number = 1; number <= repeats; number++) {
      recalls.push(await leaveAndRecall(house, apps, number));
      const { wholeMs, reachedMs } = recalls.at(-1) as Recalled;
      console.log(`recall ${number}: ${wholeMs.toFixed(0)} ms; ${reachedMs} ms from the commit to the last receipt`);
    }
    const chain = (await house.call('GET', '/projects/proof/changes/verify')) as { ok?: boolean };
    if (chain.ok !== true) throw new Error(`the chain does not verify: ${JSON.stringify(chain)}`);
    keepRecalls(recalls, load);
  } finally {
    for (const app of apps) app.kill('SIGKILL');
    await house?.end();
    await endChild(postgres);
  }
}

/** Half of the visitors for an hour, and a train that leaves when somebody says so. */
async function prepareTrain(house: HouseProcess): Promise<void> {
  const production = { state: 'on', offVariant: 'off', fallthrough: { variant: 'off' } };
  for (const key of FLAGS) {
    await house.call('POST', '/projects/proof/flags', { key, type: 'boolean', environments: { production } });
  }
  const stages = [50, 100].map((exposure) => ({ exposure, bake: '1h' }));
  const document = { key: 'slow', path: [{ environment: 'production', stages }], guards: [] };
  await house.put('/projects/proof/policies/slow', { document, reason: 'made beforehand' });
  await house.call('POST', '/projects/proof/trains', {
    ...{ key: 'weekly', environment: 'production', reason: 'a proof' },
    velocity: { kind: 'critical-mass', changes: 50 },
  });
}

async function startApps(apps: ChildProcess[], about: Omit<VisitOrder, 'hosts'>): Promise<void> {
  const names = Array.from({ length: APPS }, (_, at) => `client-${at + 1}`);
  for (let at = 0; at < PROCESSES; at++) {
    const child = forkBuilt('recall-apps.js');
    apps.push(child);
    const hosts = names.filter((_name, index) => index % PROCESSES === at);
    child.send({ ...about, hosts } satisfies VisitOrder);
    await nextMessage(child);
  }
}

/** What all apps have served since they were asked last. */
async function count(apps: readonly ChildProcess[]): Promise<Visits> {
  const told = await Promise.all(
    apps.map((app) => {
      app.send('count');
      return nextMessage<Visits>(app);
    }),
  );
  const sum = (name: 'evaluations' | 'failed' | 'on') => told.reduce((all, visits) => all + visits[name], 0);
  const lastOn = Math.max(...told.map((visits) => visits.lastOn));
  return { evaluations: sum('evaluations'), failed: sum('failed'), on: sum('on'), lastOn };
}

async function leaveAndRecall(house: HouseProcess, apps: readonly ChildProcess[], number: number): Promise<Recalled> {
  const before = await exported(house);
  for (const flag of FLAGS) {
    const path = `/environments/production/flags/${flag}/rollout`;
    const items = [{ method: 'POST', path, body: { from: 'off', to: 'on', policy: 'slow' } }];
    await house.call('POST', `${TRAIN}/board`, { title: `Roll out ${flag}`, items, reason: 'a proof' });
  }
  const departure = `${TRAIN}/departures/${number}`;
  receiptsOf(await house.call('POST', `${departure}/depart?wait=20s`, { reason: 'a proof' }));
  if ((await exported(house)) === before) throw new Error('nothing has left');
  await count(apps);
  await pause(AFTERWARDS_MS);
  if ((await count(apps)).on === 0) throw new Error('what has left is served to nobody');
  const from = now();
  const answer = await house.call('POST', `${departure}/recall?wait=20s`, { reason: 'errors at the till' });
  const answeredAt = now();
  const meanwhile = await count(apps);
  await pause(AFTERWARDS_MS);
  const afterwards = await count(apps);
  const { departure: left = { state: 'gone' }, kept = [] } = answer as Steered;
  if (left.state !== 'recalled' || kept.length > 0) throw new Error(`it was not recalled: ${JSON.stringify(answer)}`);
  if (Math.max(meanwhile.lastOn, afterwards.lastOn) > answeredAt || afterwards.on > 0) {
    throw new Error(
      `what was recalled was served after the last receipt: ${JSON.stringify({ meanwhile, afterwards })}`,
    );
  }
  if ((await exported(house)) !== before) throw new Error('the environment is not what it was');
  const { reached, live, max } = receiptsOf(answer);
  return { wholeMs: answeredAt - from, reachedMs: max ?? 0, meanwhile, afterwards, receipts: `${reached} of ${live}` };
}

function receiptsOf(answer: object): NonNullable<Steered['receipts']> {
  const { receipts } = answer as Steered;
  if (receipts?.reached === APPS && receipts.live === APPS && receipts.complete) return receipts;
  throw new Error(`not every app has it in force: ${JSON.stringify(answer)}`);
}

async function exported(house: HouseProcess): Promise<string> {
  const answer = await house.call('GET', '/projects/proof/export?environment=production&format=turnout');
  return JSON.stringify((answer as { document?: object }).document);
}

function keepRecalls(recalls: readonly Recalled[], load: number): void {
  const sum = (take: (one: Recalled) => number) => recalls.reduce((all, one) => all + take(one), 0);
  const whole = recalls.map(({ wholeMs }) => wholeMs);
  keepEvidence({
    proof: 'recall',
    method:
      `Server, Postgres and ${APPS} apps on sdk-node in ${PROCESSES} processes over loopback, where visitors ask for all flags ` +
      `every 10 ms. ${FLAGS.length} flags leave as ${FLAGS.length} changes aboard of one departure, each a rollout at 50 %, and ` +
      `one call recalls it, ${recalls.length} times. The call is answered with the last receipt. The environment is exported ` +
      'before boarding and after the recall, and both are the same bytes.',
    figures: [
      foldFigure('recall of 12 flags, from the call to the last receipt', 'ms', whole),
      foldFigure('the longest of them', 'ms', [Math.max(...whole)]),
      foldFigure(
        'from the commit to the last receipt',
        'ms',
        recalls.map(({ reachedMs }) => reachedMs),
      ),
    ],
    facts: {
      apps: APPS,
      'receipts of each recall': [...new Set(recalls.map(({ receipts }) => receipts))].join(', '),
      'evaluations from the call to the last receipt': sum(({ meanwhile }) => meanwhile.evaluations),
      'of them without an answer': sum(({ meanwhile }) => meanwhile.failed),
      'evaluations after the last receipt': sum(({ afterwards }) => afterwards.evaluations),
      'of them that gave a recalled variant': sum(({ afterwards }) => afterwards.on),
      'exports that differed from those before': 0,
      'chain verifies': true,
      'load of the machine when it began': Number(load.toFixed(1)),
    },
  });
}
