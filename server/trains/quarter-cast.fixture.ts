import { ROOT } from '../access/principal.ts';
import { policyOf, stageOf } from '../decisions/decide.fixture.ts';
import { editConfiguration } from '../flags/configure-flag.ts';
import { steerRollout } from '../rollouts/steer-rollout.ts';
import { chemspill } from './chemspill.ts';
import type { NewTrain } from './contract.ts';
import { type Cast, momentOf } from './quarter.fixture.ts';
import { recallDeparture } from './recall-departure.ts';
import { startLine, stopLine } from './steer-line.ts';
import { requireTrain } from './train-parts.ts';
import { anyButViewer } from './train-right.ts';
import {
  DAY,
  type DepartureWorld,
  HOUR,
  type Items,
  openDepartureWorld,
  patch,
  rollOut,
  serve,
} from './trains.fixture.ts';
import { writePostmortem } from './write-postmortem.ts';

type Does = (cast: Cast) => Promise<void>;

/** Sixty flags for sixty changes, and one that nobody touches. */
const FLAGS = Array.from({ length: 61 }, (_, at) => `f${String(at).padStart(2, '0')}`);

/** Production alone, at 10 % and then at 50 %. A threshold is always well; a watched one goes back when an alert fires. */
function policy(stageMs: number, isWatched = false) {
  const terms = { onFail: 'rollBack', mode: 'enforce' } as const;
  const stages = [stageOf({ exposure: 10_000, bakeMs: stageMs }), stageOf({ exposure: 50_000, bakeMs: stageMs })];
  return policyOf({
    path: [{ environment: 'production', stages }],
    guards: [
      { ...terms, id: 'p95', kind: 'threshold', query: 'p95', source: 'prometheus', above: 0.4, forMs: 120_000 },
      ...(isWatched
        ? [{ ...terms, id: 'alert', kind: 'signal' as const, signal: { severity: 'critical' as const } }]
        : []),
    ],
    gates: [],
  });
}

export async function openQuarter(): Promise<Cast> {
  const world = await openDepartureWorld(FLAGS, 'postgres');
  world.policies.set('hours', policy(2 * HOUR));
  world.policies.set('watched', policy(2 * HOUR, true));
  world.policies.set('days', policy(3 * DAY));
  return {
    world,
    ed: await world.person('Ed', ['editor']),
    rae: await world.person('Rae', ['release-manager']),
    sam: await world.person('Sam', ['release-manager']),
    kay: await world.person('Kay', ['killer']),
    vi: await world.person('Vi', ['viewer']),
  };
}

/** Goes to a moment, and lets both loops look until there is nothing to do. */
export async function goTo(world: DepartureWorld, at: string): Promise<void> {
  world.wait(momentOf(at).getTime() - world.now().getTime());
  await world.pass(3, 1_000);
}

// ---- What may come aboard

export interface Change {
  items: Items;
  /** It comes after the cut-off. */
  risk?: string;
  isUnapproved?: true;
}
export const ride = (flag: string, by = 'hours'): Change => ({ items: [rollOut(flag, by)] });
export const plain = (flag: string): Change => ({ items: [serve(flag, 'on')] });
/** Everybody gets it who gets another one, too. */
export const needing = (flag: string, needed: string): Change => ({
  items: [patch(flag, { fallthrough: { variant: 'on' }, prerequisites: [{ flag: needed, variants: ['on'] }] })],
});
export const late = (change: Change): Change => ({ ...change, risk: 'It was not tried for long.' });
export const unapproved = (change: Change): Change => ({ ...change, isUnapproved: true });

// ---- What somebody does

export const all =
  (...done: Does[]): Does =>
  async (cast) => {
    for (const one of done) await one(cast);
  };

export const makeTrain =
  (over: Partial<NewTrain> & { key: string }): Does =>
  ({ world }) =>
    world.train(over);

/** Ed puts them aboard, and Rae approves of each. */
export const board =
  (train: string, ...changes: Change[]): Does =>
  async ({ world, ed, rae }) => {
    for (const { items, risk, isUnapproved } of changes) {
      const { requestId } = await world.board(train, items, { by: ed, ...(risk === undefined ? {} : { risk }) });
      if (!isUnapproved) await world.approve(rae, { request: requestId });
    }
  };

/** Sam agrees that a flag comes aboard after the cut-off. */
export const uplift =
  (train: string, number: number, flag: string): Does =>
  async ({ world, sam }) => {
    const car = (await world.cars(train, number)).find(({ flags }) => flags.includes(flag));
    await world.approve(sam, { subject: `uplift/${car?.id}` });
  };

export const freeze =
  (name: string, from: string, to: string): Does =>
  ({ world }) =>
    world.freeze(momentOf(from), momentOf(to), { name, zone: 'Europe/Zurich' });

/** An alert fires, until the rollout that it is about has gone back. */
export const alert =
  (summary: string): Does =>
  async ({ world }) => {
    world.says.signal = { at: world.now().toISOString(), summary };
    await world.pass(2, 1_000);
    world.says.signal = null;
  };

export const stop =
  (train: string, reason: string): Does =>
  async ({ world, vi }) => {
    await stopLine(world.parts, { principal: vi, reason }, world.projectId, train);
  };

export const start =
  (train: string): Does =>
  async ({ world, rae }) => {
    await startLine(world.parts, { principal: rae, reason: 'It is well again.' }, world.projectId, train);
  };

export const resume =
  (train: string, number: number, flag: string): Does =>
  async ({ world, rae }) => {
    const car = (await world.cars(train, number)).find(({ flags }) => flags.includes(flag));
    const place = { projectId: world.projectId, id: car?.rollouts[0] ?? '' };
    await steerRollout(world.rollouts, { principal: rae, reason: 'It has nothing to do with it.' }, place, 'resume');
  };

export const recall =
  (train: string, number: number, reason: string): Does =>
  async ({ world, kay }) => {
    const by = { actor: 'person:kay', reason, requireMay: anyButViewer(kay) };
    await recallDeparture(world.parts, await world.departure(train, number), by);
  };

/** Somebody edits a flag by themselves. */
export const shedLater =
  (flag: string): Does =>
  async ({ world }) => {
    const [, id = 0] = world.environmentIds;
    const place = { projectId: world.projectId, environment: { id, key: 'production' } };
    const asking = { principal: ROOT, reason: 'Nice to have.' };
    await editConfiguration({ door: world.door } as never, asking, place, flag, { shedAt: 2 });
  };

export const spill =
  (train: string, change: Change): Does =>
  async ({ world, rae }) => {
    const found = await requireTrain(world.database.db, world.projectId, train, rae);
    const asking = { principal: rae, reason: 'The till is down' };
    await chemspill(world.parts, asking, found, { items: change.items, title: 'Mend the till', breakGlass: false });
  };

export const second =
  (train: string, number: number): Does =>
  async ({ world, sam }) => {
    await world.approve(sam, { subject: `chemspill/${(await world.departure(train, number)).id}` });
  };

export const writeUp =
  (train: string, number: number): Does =>
  async ({ world, ed }) => {
    const written = { text: 'The cart was not there.', url: null };
    await writePostmortem(world.parts, { principal: ed }, await world.departure(train, number), written);
  };
