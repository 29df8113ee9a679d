import { randomBytes } from 'node:crypto';
import { endChild, forkHere, nextMessage } from './child.ts';
import { type Dice, seededDice } from './dice.ts';
import { foldFigure, keepEvidence } from './evidence.ts';
import { type HouseProcess, startHouse } from './house-process.ts';
import { type Acting, type AskDatabase, askOf, nextActing, readLog, WITNESS } from './takeover-log.ts';
import { keepRolling, prepareRollouts, WHOLE_WAY } from './takeover-rollouts.ts';

const NODES = ['a', 'b', 'c'];
const KILLS = 200;
const SEED = 20_261_126;
/** So many kills there are for each time that a holder is frozen. */
const KILLS_A_FREEZE = 100;
const FROZEN_MS = 30_000;
const WITHIN_MS = 10_000;
/** After a node began to act, it is ended at some moment within this time. */
const GAP_MS = { least: 100, most: 700 };

/** Three nodes on one Postgres, and who of them acts. */
interface Scene {
  nodes: Map<string, HouseProcess>;
  ask: AskDatabase;
  dice: Dice;
  acting: Acting;
}

/**
 * `prove -- takeovers [kills] [seed]`: rollouts are always under way, and whichever of three nodes holds the lease is
 * ended with SIGKILL at a random moment, again and again. Another goes on, and the log has everything exactly once.
 */
export async function proveTakeovers(): Promise<void> {
  const [kills = KILLS, seed = SEED] = process.argv.slice(3).map(Number);
  console.log(`${kills} kills, seed ${seed}`);
  const postgres = forkHere('../../server/database/postgres-process.fixture.ts');
  const nodes = new Map<string, HouseProcess>();
  let stop: (() => Promise<void>) | undefined;
  try {
    const { url } = await nextMessage<{ url?: string }>(postgres);
    if (url === undefined) throw new Error('no Postgres could be started here');
    const ask = askOf(postgres);
    await startNodes(nodes, url);
    await ask(WITNESS);
    const [first] = nodes.values();
    if (first === undefined) throw new Error('there is no node');
    await prepareRollouts(first);
    stop = keepRolling([...nodes.values()]);
    const scene: Scene = { nodes, ask, dice: seededDice(seed), acting: await nextActing(ask, 0) };
    const times = await endHolders(scene, kills);
    await stop();
    const told = await readLog(ask, WHOLE_WAY);
    const verified = (await first.call('GET', '/projects/proof/changes/verify')) as { ok?: boolean };
    if (verified.ok !== true) throw new Error(`the chain does not verify: ${JSON.stringify(verified)}`);
    keepTakeovers(times, told, seed);
  } finally {
    await stop?.();
    await Promise.all([...nodes.values()].map((node) => node.end()));
    await endChild(postgres);
  }
}

/** One after the other: the first of them migrates. Each calls itself by its name on its connections. */
async function startNodes(nodes: Map<string, HouseProcess>, url: string): Promise<void> {
  const shared = {
    TURNOUT_ROOT_TOKEN: randomBytes(32).toString('hex'),
    TURNOUT_SECRET: randomBytes(32).toString('hex'),
    TURNOUT_DEMO: 'false',
  };
  for (const name of NODES) {
    const address = new URL(url);
    address.searchParams.set('application_name', name);
    nodes.set(name, await startHouse({ ...shared, DATABASE_URL: address.href }));
  }
}

/** How long it took until another looked after the rollouts, and acted, after each end and each freeze, in ms. */
interface Times {
  looked: number[];
  killed: number[];
  frozen: number[];
}

async function endHolders(scene: Scene, kills: number): Promise<Times> {
  const times: Times = { looked: [], killed: [], frozen: [] };
  const restarts = new Map<string, Promise<void>>();
  for (let kill = 1; kill <= kills; kill++) {
    const { least, most } = GAP_MS;
    await pause(least + scene.dice() * (most - least));
    const { node } = await stillActing(scene);
    const at = Date.now();
    restarts.set(node, nodeOf(scene, node).restart());
    scene.acting = await nextActing(scene.ask, scene.acting.token);
    times.looked.push(scene.acting.lookedAt - at);
    times.killed.push(scene.acting.at - at);
    console.log(`kill ${kill}: ${node}; ${scene.acting.node} acted after ${Math.round(scene.acting.at - at)} ms`);
    // Two are there for each kill, so that one of them can take over.
    await Promise.all(restarts.values());
    if (kill === Math.min(kills, KILLS_A_FREEZE) || kill % KILLS_A_FREEZE === 0) times.frozen.push(await freeze(scene));
  }
  return times;
}

/** Stops the holder in the middle of whatever it does, and wakes it long after another has taken over. */
async function freeze(scene: Scene): Promise<number> {
  await pause(GAP_MS.most * scene.dice());
  const { node, token } = await stillActing(scene);
  const { child, url } = nodeOf(scene, node);
  const at = Date.now();
  child.kill('SIGSTOP');
  scene.acting = await nextActing(scene.ask, token);
  const tookMs = scene.acting.at - at;
  console.log(`frozen: ${node}; ${scene.acting.node} acted after ${Math.round(tookMs)} ms`);
  if (scene.acting.node === node) throw new Error(`${node} was frozen, and acted`);
  await pause(at + FROZEN_MS - Date.now());
  child.kill('SIGCONT');
  // Whatever it was at is done or refused once it answers again and has asked for its lease.
  await fetch(`${url}/readyz`);
  await pause(5_000);
  return tookMs;
}

/** On a busy machine a node may lose the lease by itself, and then it is another that is to be ended. */
async function stillActing(scene: Scene): Promise<Acting> {
  scene.acting = await nextActing(scene.ask, scene.acting.token - 1);
  return scene.acting;
}

function nodeOf({ nodes }: Scene, name: string): HouseProcess {
  const node = nodes.get(name);
  if (node === undefined) throw new Error(`there is no node ${name}`);
  return node;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));

function keepTakeovers(
  { looked, killed, frozen }: Times,
  told: Awaited<ReturnType<typeof readLog>>,
  seed: number,
): void {
  const goal = { at: 'most', value: WITHIN_MS } as const;
  keepEvidence({
    proof: 'takeovers',
    method:
      `${NODES.length} nodes, compiled, on one Postgres; four rollouts of five stages through two environments are under ` +
      'way at any time. Whichever node holds the lease is ended with SIGKILL up to ' +
      `${GAP_MS.most} ms after it began to act, ${killed.length} times, and restarted at once; ${frozen.length} times ` +
      `it is stopped with SIGSTOP for ${FROZEN_MS / 1_000} s instead and then goes on. A trigger notes for each write of ` +
      'a rollout from whose connection it came and who held the lease by then.',
    figures: [
      foldFigure('from the end of the holder until the next one looks after the rollouts', 'ms', looked, goal),
      foldFigure('the longest of them', 'ms', [Math.max(...looked)], goal),
      foldFigure('from the end of the holder until the next one changes something', 'ms', killed, goal),
      foldFigure('the longest of those', 'ms', [Math.max(...killed)], goal),
      foldFigure('from the freeze of the holder until the next one changes something', 'ms', frozen, goal),
    ],
    facts: {
      seed,
      kills: killed.length,
      freezes: frozen.length,
      'holders of the lease': told.holders,
      'rollouts started': told.rollouts,
      'rollouts finished, each through all of its stages': told.finished,
      'decisions that acted': told.decisions,
      'decided twice': told.twice,
      'rollouts that left out a stage or went astray': told.astray.length,
      'rollouts whose changes are not their decisions': told.unequal,
      'writes of the loop': told.written,
      'of them by a node while another held the lease': told.withoutLease,
      'chain verifies': true,
    },
  });
}
