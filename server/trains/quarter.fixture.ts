import type { Flag, Ruleset } from '@turnout/core';
import { eq } from 'drizzle-orm';
import type { PersonPrincipal } from '../access/principal.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { environments } from '../database/tables.ts';
import { readRuleset } from '../delivery/read-ruleset.ts';
import { servedFlag } from '../flags/configuration.ts';
import { findLatestKnownGood } from '../releases/find-known-good.ts';
import { readThen } from '../releases/read-rollback-ground.ts';
import type { FlagForm, Release } from '../releases/release.ts';
import { listReleases } from '../releases/release-store.ts';
import { carsOf } from './car-store.ts';
import type { DepartureItem, TrainAnswer } from './contract.ts';
import { findDepartures } from './departure-store.ts';
import { showBoard } from './show-board.ts';
import type { DepartureWorld } from './trains.fixture.ts';

/** All that can be seen at a moment, by name, so that two moments can be told apart line by line. */
export type Picture = ReadonlyMap<string, string>;

/** Who does something in the quarter. */
export interface Cast {
  world: DepartureWorld;
  ed: PersonPrincipal;
  rae: PersonPrincipal;
  sam: PersonPrincipal;
  kay: PersonPrincipal;
  vi: PersonPrincipal;
}

/** One moment: what somebody does, and what is different from the moment before. Nothing else may be. */
export interface Moment {
  /** `04-01 08:00` in UTC, of 2026. */
  at: string;
  does?: (cast: Cast) => Promise<void>;
  shows: string[];
}

/** `04-01 08:00` */
const short = (at: string) => at.slice(5, 16).replace('T', ' ');
export const momentOf = (at: string) => new Date(`2026-${at.replace(' ', 'T')}:00Z`);

/** The board, the manifests, what is served, and the releases. */
export class Camera {
  readonly #world: DepartureWorld;
  readonly #releases = new Map<string, string>();
  readonly #told = new Set<string>();
  /** What the newest release serves. */
  #before = new Map<string, string>();

  constructor(world: DepartureWorld) {
    this.#world = world;
  }

  async take(): Promise<Picture> {
    const picture = new Map<string, string>();
    await this.#seeBoard(picture);
    for (const [key, flag] of Object.entries((await this.ruleset()).flags))
      picture.set(`served ${key}`, tellFlag(flag));
    await this.#seeReleases(picture);
    return picture;
  }

  async ruleset(): Promise<Ruleset> {
    const { database, environmentIds } = this.#world;
    return database.db.transaction(async (tx) => {
      const [row] = await tx
        .select()
        .from(environments)
        .where(eq(environments.id, environmentIds[1] ?? 0));
      if (row === undefined) throw new Error('there is no production');
      return readRuleset(tx, { ...row, projectKey: 'shop' });
    });
  }

  async #seeBoard(picture: Map<string, string>): Promise<void> {
    const { database, projectId, now } = this.#world;
    const parts = { db: database.db, now: now(), nameOf: () => undefined };
    const board = await showBoard(parts, projectId, undefined, true);
    for (const train of board.trains) picture.set(`train ${train.key}`, tellTrain(train));
    for (const one of board.departures) picture.set(`board ${one.train} ${one.number}`, tellDeparture(one));
    for (const one of board.owed)
      picture.set(`owed ${one.train} ${one.number}`, short(one.chemspill?.postmortemDue ?? ''));
    for (const { train, number } of board.departures) await this.#seeManifest(picture, train, number);
  }

  async #seeManifest(picture: Map<string, string>, train: string, number: number): Promise<void> {
    const { database, departure } = this.#world;
    const { id } = await departure(train, number);
    for (const car of await carsOf(database.db, [id])) {
      const [to] = car.movedTo === null ? [] : await findDepartures(database.db, [car.movedTo]);
      const moved = to === undefined ? '' : `, to ${to.number}`;
      picture.set(`cars of ${train} ${number} ${car.flags.join('+')}`, `${car.state}${moved}`);
    }
  }

  async #seeReleases(picture: Map<string, string>): Promise<void> {
    const { database, environmentIds, now } = this.#world;
    const environmentId = environmentIds[1] ?? 0;
    const all = (await listReleases(database.db, environmentId, { limit: 200, before: undefined })).reverse();
    const fresh = all.filter(({ tag }) => !this.#told.has(tag));
    for (let group = nextOf(fresh); group.length > 0; group = nextOf(fresh)) await this.#tellReleases(group);
    // None is ever taken away, or becomes another one.
    for (const [name, says] of this.#releases) picture.set(name, says);
    if (all.length !== this.#told.size) throw new Error('a release is gone');
    const good = await findLatestKnownGood(database.db, { environmentId }, now());
    picture.set('known good', good.release?.tag ?? 'none');
  }

  /**
   * What they serve, said by what differs from the one before. Rollouts that end at the same look make one release each,
   * and which of them comes first is nobody's business.
   */
  async #tellReleases(group: readonly Release[]): Promise<void> {
    const each = [];
    for (const release of group) each.push(await this.#flagsOf(release));
    const last = each.at(-1) ?? new Map<string, string>();
    for (const [key, says] of each.flatMap((flags) => [...flags])) {
      const known = [last.get(key), this.#before.get(key) ?? 'off'];
      if (!known.includes(says)) throw new Error(`${key} is ${says} in between`);
    }
    const differs = [...last].filter(([key, says]) => says !== (this.#before.get(key) ?? 'off'));
    const inFlight = Object.entries(group.at(-1)?.flags ?? {}).flatMap(([key, kept]) => (kept.inFlight ? [key] : []));
    const tags = group.map(({ tag }) => tag);
    const says = differs.length === 0 ? 'the same' : differs.map(([key, is]) => `${key} ${is}`).join(', ');
    const flying = inFlight.length === 0 ? '' : `; in flight ${inFlight.join(' ')}`;
    this.#releases.set(`release ${tags.join(' ')}`, `${says}${flying}`);
    for (const tag of tags) this.#told.add(tag);
    this.#before = last;
  }

  async #flagsOf(release: Release): Promise<Map<string, string>> {
    const then = await this.#world.database.db.transaction((tx) => readThen(tx, release));
    const tell = ([key, { form, killed }]: [string, { form: FlagForm; killed: boolean }]): [string, string] => {
      return [key, tellFlag(servedFlag({ key, ...form.content }, { ...form.configuration, killed, run: null }))];
    };
    return new Map([...then.flags].map(tell));
  }
}

/** Takes the next from the list, with those beside it that rollouts made. */
function nextOf(fresh: Release[]): Release[] {
  const first = fresh.findIndex(({ origin }) => origin !== 'rollout');
  return fresh.splice(0, first === -1 ? fresh.length : Math.max(1, first));
}

/** What every flag of the quarter is, but for what is told of each. */
const LIKE: Partial<Flag> = { type: 'boolean', variants: { on: true, off: false }, offVariant: 'off', state: 'on' };

/** Nothing that decides what users get is left out: what is not told in a word is told as it is. */
export function tellFlag(flag: Flag): string {
  const { key: _key, fallthrough, run, prerequisites, rules, shedAt, ...rest } = flag;
  const words = [];
  if ('variant' in fallthrough) words.push(fallthrough.variant);
  else if ('split' in fallthrough) {
    const [[from, to, variant] = [], ...others] = fallthrough.split.slices;
    words.push(
      from === 0 && others.length === 1 && variant === 'on'
        ? `${(to ?? 0) / 1_000}%`
        : canonicalJson(fallthrough as never),
    );
  }
  // Whoever is given a share is in a run, and in nothing else.
  if ('split' in fallthrough !== (run !== undefined))
    words.push(run === undefined ? 'without a run' : `in the run ${run.id}`);
  for (const { flag: needed, variants } of prerequisites) words.push(`needs ${needed} ${variants.join('|')}`);
  if (rules.length > 0) words.push(canonicalJson(rules as never));
  if (shedAt !== undefined && shedAt !== null) words.push(`shed at ${shedAt}`);
  const odd = Object.entries(rest).filter(([field, is]) => {
    const usual = (LIKE as Record<string, unknown>)[field];
    return usual !== undefined && canonicalJson(is as never) !== canonicalJson(usual as never);
  });
  for (const [field, is] of odd) words.push(`${field} ${JSON.stringify(is)}`);
  if (flag.killed) words.push('killed');
  return words.join(', ');
}

function tellTrain({ ahead, skipped, stopped }: TrainAnswer): string {
  const [next] = ahead;
  return [
    next === undefined ? 'by no time' : `next ${short(next.leavesAt)}, closes ${short(next.closesAt)}`,
    ...skipped.map(({ at, freeze }) => `not ${short(at)} (${freeze})`),
    ...(stopped === null ? [] : [`stopped: ${stopped.reason}`]),
  ].join('; ');
}

function tellDeparture({ state, kind, closesAt, leavesAt, aboard, ready, release, because }: DepartureItem): string {
  const isAhead = state === 'boarding' || state === 'closed' || state === 'scheduled';
  const times = [
    closesAt && state !== 'closed' ? `closes ${short(closesAt)}` : '',
    leavesAt ? `leaves ${short(leavesAt)}` : '',
  ];
  return [
    kind === 'chemspill' ? `chemspill ${state}` : state,
    ...(isAhead ? [...times, `${ready} of ${aboard} ready`] : [`${aboard} aboard`]),
    release === null ? '' : `release ${release}`,
    because ?? '',
  ]
    .filter((word) => word !== '')
    .join(', ');
}

/** What of a moment is different from the one before: a line for all that came to the same. */
export function tellApart(before: Picture, after: Picture): string[] {
  const groups = new Map<string, string[]>();
  for (const name of [...new Set([...before.keys(), ...after.keys()])]) {
    const [was, is] = [before.get(name), after.get(name)];
    const [, departure] = /^cars of (\S+ \S+) /.exec(name) ?? [];
    // A manifest goes from the screen with its departure.
    const isGone = is === undefined && departure !== undefined && !after.has(`board ${departure}`);
    if (was === is || isGone) continue;
    const [, kind = name, own = ''] = /^(served|cars of \S+ \S+) (.+)$/.exec(name) ?? [];
    const group = `${kind}\n${is ?? 'not shown any more'}`;
    groups.set(group, [...(groups.get(group) ?? []), own]);
  }
  return [...groups]
    .map(([group, own]) => {
      const [kind, is] = group.split('\n');
      return `${kind}: ${[...own, is].filter((word) => word !== '').join(' ')}`;
    })
    .sort();
}
