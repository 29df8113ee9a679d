import { compile, evaluate, type Ruleset } from '@turnout/core';
import { desc, eq, isNotNull } from 'drizzle-orm';
import { type PersonPrincipal, ROOT } from '../access/principal.ts';
import { departures, environments, releases } from '../database/tables.ts';
import { GUARDS } from '../decisions/decide.fixture.ts';
import type { Dice } from '../decisions/dice.fixture.ts';
import { Overlays } from '../delivery/overlay.ts';
import { readRuleset } from '../delivery/read-ruleset.ts';
import { recordKill } from '../delivery/record-kill.ts';
import { restoreFlag } from '../delivery/restore-flag.ts';
import { editConfiguration } from '../flags/configure-flag.ts';
import { turnFlag } from '../flags/turn-flag.ts';
import { Problem } from '../platform/problem.ts';
import { cutRelease } from '../releases/cut-release.ts';
import { type RollbackDone, rollBackTo } from '../releases/roll-back.ts';
import { liveRunsIn } from '../rollouts/run-store.ts';
import type { Departure } from './departure.ts';
import { recallDeparture } from './recall-departure.ts';
import { DAY, type DepartureWorld, MINUTE, openDepartureWorld, rollOut, serve, straight } from './trains.fixture.ts';

export const FLAGS = ['a', 'b', 'c', 'd'];
const CONTEXTS = Array.from({ length: 40 }, (_, at) => ({ targetingKey: `user-${at}` }));

/** What may happen next; those of the second line are done by somebody of whom nobody has to approve. */
const STEPS = [
  ...([
    'edit',
    'edit',
    'on',
    'on',
    'restore',
    'restore',
    'depart',
    'depart',
    'depart',
    'finish',
    'week',
    'unshed',
  ] as const),
  ...(['off', 'kill', 'shed', 'fail', 'recall', 'back', 'back', 'known-good'] as const),
] as const;
export type What = (typeof STEPS)[number];

export interface Step {
  what: What;
  flag: string;
  /** Draws whatever else the step needs. */
  dice: Dice;
}
export const drawStep = (dice: Dice): Step => ({ what: dice.one(...STEPS), flag: dice.one(...FLAGS), dice });

/** Who is not at a flag's offVariant, by flag. */
export type Reached = Map<string, Set<string>>;

export function reachedBy(served: Ruleset): Reached {
  const compiled = compile(served);
  return new Map(
    FLAGS.map((flag) => [
      flag,
      new Set(
        CONTEXTS.filter((context) => evaluate(compiled, flag, context).value !== false).map(
          ({ targetingKey }) => targetingKey,
        ),
      ),
    ]),
  );
}

/** A world in which things happen to four flags, one after the other. */
export class Walk {
  readonly world: DepartureWorld;
  readonly #kay: PersonPrincipal;
  readonly #rae: PersonPrincipal;
  #kills = 0;

  private constructor(world: DepartureWorld, kay: PersonPrincipal, rae: PersonPrincipal) {
    this.world = world;
    this.#kay = kay;
    this.#rae = rae;
  }

  static async open(): Promise<Walk> {
    const world = await openDepartureWorld(FLAGS);
    await world.edit('c', { shedAt: 1 });
    world.policies.set('watched', straight({ guards: [GUARDS.alert] }));
    await world.train({ key: 'line', velocity: { kind: 'continuous' }, onItemFail: 'eject' });
    return new Walk(world, await world.person('Kay', ['killer']), await world.person('Rae', ['release-manager']));
  }

  get #place() {
    const { projectId, environmentIds } = this.world;
    return { projectId, environment: { id: environmentIds[1] ?? 0, key: 'production' } };
  }

  async ruleset(): Promise<Ruleset> {
    return this.world.database.db.transaction(async (tx) => {
      const [row] = await tx.select().from(environments).where(eq(environments.id, this.#place.environment.id));
      if (row === undefined) throw new Error('there is no production');
      return readRuleset(tx, { ...row, projectKey: 'shop' });
    });
  }

  async live(): Promise<Set<string>> {
    const runs = await liveRunsIn(this.world.database.db, this.#place.environment.id);
    return new Set(runs.map(({ flag }) => flag));
  }

  /** Does a step where it can be done; a refusal is none of this walk's concern. Answers whether it was done. */
  async take(step: Step): Promise<boolean> {
    this.world.wait(1_000);
    try {
      return await this.#take(step);
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return false;
      throw error;
    }
  }

  async #take({ what, flag, dice }: Step): Promise<boolean> {
    const { world } = this;
    const byRoot = { principal: ROOT, reason: 'A walk.' };
    const byKay = { principal: this.#kay, reason: 'A walk.' };
    const parts = { door: world.door } as never;
    switch (what) {
      case 'edit':
        await editConfiguration(parts, byRoot, this.#place, flag, drawEdit(flag, dice));
        return true;
      case 'on':
      case 'off':
        return (await turnFlag(parts, what === 'on' ? byRoot : byKay, this.#place, flag, { verb: what })).changed;
      case 'restore': {
        const settler = { settle: async () => undefined };
        await restoreFlag({ door: world.door, overlays: new Overlays(), settler }, byRoot, { ...this.#place, flag });
        return true;
      }
      case 'kill':
        return this.#kill(flag);
      case 'shed':
      case 'unshed':
        return this.#turnDial(what === 'shed' ? 1 : 0);
      case 'finish':
        await world.pass(6, MINUTE + 1_000);
        return true;
      case 'week':
        world.wait(8 * DAY);
        await world.pass(4, MINUTE + 1_000);
        return true;
      case 'fail':
        world.says.signal = { at: world.now().toISOString(), summary: 'Errors' };
        await world.pass(2, 1_000);
        world.says.signal = null;
        return true;
      case 'depart':
        return this.#depart(flag, dice);
      case 'recall':
        return (await this.recall(dice)) !== undefined;
      case 'back':
      case 'known-good': {
        const tag = await this.someTag(dice);
        if (tag === undefined) return false;
        return (await this.goBack(this.#kay, what === 'back' ? { release: tag } : 'known-good')).change !== undefined;
      }
    }
  }

  async #depart(flag: string, dice: Dice): Promise<boolean> {
    const { world } = this;
    const is = (await this.ruleset()).flags[flag];
    const isOff = is !== undefined && 'variant' in is.fallthrough && is.fallthrough.variant === 'off';
    const items = [isOff && dice.once(2) ? rollOut(flag, 'watched') : serve(flag, isOff ? 'on' : 'off')];
    const other = dice.one(...FLAGS);
    if (other !== flag && dice.once(3)) items.push(serve(other, dice.one('on', 'off')));
    const { requestId } = await world.board('line', items);
    await world.approve(this.#rae, { request: requestId });
    await world.pass(2, 1_000);
    return true;
  }

  /** One of the last departures, where one has left. */
  async recall(dice: Dice): Promise<Departure | undefined> {
    const { database, parts } = this.world;
    const left = database.db.select().from(departures).where(isNotNull(departures.departedAt));
    const found = dice.one(...(await left.orderBy(desc(departures.number)).limit(3)), undefined);
    if (found === undefined) return undefined;
    return (await recallDeparture(parts, found, { actor: 'person:kay', reason: 'A walk' })).departure;
  }

  /** Of one of the last releases. */
  async someTag(dice: Dice): Promise<string | undefined> {
    const rows = await this.world.database.db.select().from(releases).orderBy(desc(releases.seq)).limit(4);
    return dice.one(...rows.map(({ tag }) => tag), undefined);
  }

  /** Keeps what is there now under a tag. */
  async release(tag: string): Promise<void> {
    const { database, projectId, now } = this.world;
    this.world.wait(1_000);
    await database.db.transaction(async (tx) => {
      const [row] = await tx.select().from(environments).where(eq(environments.id, this.#place.environment.id));
      const environment = { ...this.#place.environment, projectId, shedLevel: row?.shedLevel ?? 0 };
      const rest = { commit: null, origin: 'manual' as const, originId: null, note: null, position: 'e.1', by: 'root' };
      await cutRelease(tx, { now: now() }, { environment, tag, ...rest });
    });
    this.world.wait(1_000);
  }

  goBack(principal: PersonPrincipal | typeof ROOT, to: 'known-good' | { release: string }): Promise<RollbackDone> {
    const { door, parts } = this.world;
    const asking = { principal, reason: 'A walk.' };
    return rollBackTo({ door, list: parts.list, kinds: parts.kinds }, asking, this.#place, to, false);
  }

  async #kill(flag: string): Promise<boolean> {
    const served = await this.ruleset();
    if (served.flags[flag]?.killed) return false;
    this.#kills += 1;
    const entry = {
      kind: 'kill' as const,
      id: `k${this.#kills}`,
      environmentId: this.#place.environment.id,
      flag,
      epoch: served.epoch,
    };
    const told = { at: this.world.now().toISOString(), actor: 'person:kay', reason: 'It burns.' };
    return (await recordKill(this.world.door, { ...entry, ...told })).effect;
  }

  /** Past the door: what turns the dial is not there yet. */
  async #turnDial(shedLevel: number): Promise<boolean> {
    await this.world.database.db
      .update(environments)
      .set({ shedLevel })
      .where(eq(environments.id, this.#place.environment.id));
    return true;
  }
}

/** Serves, rules, and what is waited for: only flags that come before, so that nothing waits for itself. */
function drawEdit(flag: string, dice: Dice) {
  const fallthrough = dice.one({ variant: 'on' }, { variant: 'off' }, { variant: 'on' });
  const needed = FLAGS.filter((one) => one < flag && dice.once(4));
  const rule = {
    if: { attribute: 'targetingKey', op: 'endsWith', values: [String(dice.upTo(9))] },
    serve: { variant: 'on' },
  };
  return {
    ...{ fallthrough, rules: dice.once(3) ? [rule] : [] },
    prerequisites: needed.map((one) => ({ flag: one, variants: [dice.one('on', 'on', 'off')] })),
  } as never;
}
