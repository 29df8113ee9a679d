import { type Combined, combineWorks, type Piece } from '../changes/combine-works.ts';
import type { Ground, Work, Written } from '../changes/door.ts';
import { asFields } from '../changes/tell-change.ts';
import type { Db, Tx } from '../database/connect.ts';
import { isLive } from '../decisions/rollout.ts';
import { readForms, readSegmentForms } from '../releases/read-forms.ts';
import { revokeForm } from '../releases/revoke-form.ts';
import { writeForm, writeSegmentForm } from '../releases/write-form.ts';
import { leaveRuns } from '../rollouts/leave-runs.ts';
import { findRollouts } from '../rollouts/rollout-store.ts';
import { type KeptRun, lockLiveRuns, runsOf } from '../rollouts/run-store.ts';
import type { DepartParts } from './depart-parts.ts';
import type { Car } from './departure.ts';
import type { Train } from './train.ts';
import { type FinishedRun, type WayBack, wayBackOfFlag, wayBackOfRun, wayBackOfSegment } from './way-back.ts';

/** What is taken back, by whom, and why. */
export interface Back {
  train: Train;
  /** In the order in which they go back: dependents first. */
  cars: readonly Car[];
  actor: string;
  /** A sentence, for the log of each rollout. */
  reason: string;
}

export interface TakenBack {
  combined: Combined;
  restored: { flag: string; environment: string }[];
  kept: { car: string; flag: string; because: string }[];
}

interface OwnRun extends FinishedRun {
  kept: KeptRun;
  car: Car;
}

const NOTHING: Written<undefined> = { result: undefined, touched: { flags: [], segments: [] }, unchanged: true };

/** Where rollouts of these cars have served anybody anything, beside the environment that the train leaves for. */
export async function placesBeyond(db: Db | Tx, cars: readonly Car[]): Promise<number[]> {
  const runs = await runsOf(
    db,
    cars.flatMap(({ rollouts }) => rollouts),
  );
  return [...new Set(runs.filter(({ run }) => run.stage >= 0).map(({ run }) => run.environmentId))];
}

/**
 * Takes cars back inside of a change that alters every environment where their rollouts have been: live runs go back to
 * their anchors, finished ones too, and what else a car changed is as it was before it. What somebody edited since is left
 * as it is, and listed.
 */
export async function takeBack(parts: DepartParts, [tx, ground]: [Tx, Ground], back: Back): Promise<TakenBack> {
  const found: Pick<TakenBack, 'restored' | 'kept'> = { restored: [], kept: [] };
  const pieces: Piece[] = [];
  for (const car of back.cars) {
    const runs = await ownRuns(tx, car);
    for (const own of runs.filter(({ kept }) => isLive(kept.run.state))) pieces.push(leavePiece(back, own, found));
    const finished = runs.filter(({ kept }) => kept.run.state === 'finished');
    const here = ({ kept }: OwnRun) => kept.run.environmentId === back.train.environmentId;
    for (const flag of Object.keys(car.before?.flags ?? {})) {
      const own = finished.find((one) => here(one) && one.kept.flag === flag);
      pieces.push(flagPiece(back, { car, flag, own }, found));
    }
    for (const own of finished.filter((one) => !here(one))) pieces.push(runPiece(back, own, found));
    for (const key of Object.keys(car.before?.segments ?? {})) pieces.push(segmentPiece(back, car, key, found));
  }
  const combined = await combineWorks(parts.door.readRuleset, pieces, [tx, ground]);
  return { combined, ...found };
}

async function ownRuns(tx: Tx, car: Car): Promise<OwnRun[]> {
  const rollouts = new Map((await findRollouts(tx, car.rollouts)).map((one) => [one.id, one]));
  const runs = await runsOf(tx, car.rollouts);
  return runs.flatMap((kept) => {
    const rollout = rollouts.get(kept.run.rollout);
    return rollout ? [{ kept, car, target: rollout.target, to: rollout.to, anchor: kept.run.anchor }] : [];
  });
}

type Found = Pick<TakenBack, 'restored' | 'kept'>;

/** Once each: a flag whose rollout goes back, and that its car altered beside that too, is one that goes back. */
function tellRestored({ restored }: Found, flag: string, environment: string): void {
  if (restored.some((one) => one.flag === flag && one.environment === environment)) return;
  restored.push({ flag, environment });
}

const flagSubject = (flag: string) => `flag/${flag}`;

/** A live run: it writes back its anchor, whatever else was edited beside it. */
function leavePiece({ train, actor, reason }: Back, { kept, car }: OwnRun, found: Found): Piece {
  const { run, flag } = kept;
  const work: Work<undefined> = async (tx, ground) => {
    const by = { projectId: train.projectId, actor, reason };
    const left = await leaveRuns(tx, ground, by, { rollouts: [run.rollout] });
    const [one] = left.runs;
    if (one?.kept !== undefined) found.kept.push({ car: car.id, flag, because: one.kept });
    if (one?.write === undefined) return NOTHING;
    tellRestored(found, flag, run.environment);
    return { result: undefined, ...one.write, afterEntry: left.afterEntry };
  };
  return { action: 'rollout.rollback', subject: flagSubject(flag), work };
}

/** A flag where the train left for: as it was before the car. */
function flagPiece(back: Back, { car, flag, own }: { car: Car; flag: string; own: OwnRun | undefined }, found: Found) {
  const { train } = back;
  const [before, departed] = [car.before?.flags[flag] ?? null, car.departed?.flags[flag] ?? null];
  return configurationPiece(back, { car, flag, environmentId: train.environmentId }, found, (present, variants) => {
    if (before === null || departed === null) return { effect: 'kept', because: 'It was not there when it left.' };
    const sameVariants = JSON.stringify(variants) === JSON.stringify(departed.content.variants);
    const forms = { before: before.configuration, departed: departed.configuration };
    const way = wayBackOfFlag(forms, present, own);
    if (way.effect !== 'back' || sameVariants) return way;
    return { effect: 'kept', because: 'Its variants, which belong to all environments, were edited since.' };
  });
}

/** A finished run in another environment: its target alone. */
function runPiece(back: Back, own: OwnRun, found: Found): Piece {
  const { kept, car } = own;
  const place = { car, flag: kept.flag, environmentId: kept.run.environmentId };
  return configurationPiece(back, place, found, (present) => wayBackOfRun(present, own));
}

type Configuration = Parameters<typeof wayBackOfRun>[0];

function configurationPiece(
  { train, reason }: Back,
  { car, flag, environmentId }: { car: Car; flag: string; environmentId: number },
  found: Found,
  wayBack: (present: Configuration, variants: object) => WayBack<Configuration>,
): Piece {
  const work: Work<undefined> = async (tx, ground) => {
    const now = (await readForms(tx, { projectId: train.projectId, environmentId }, [flag])).get(flag);
    const keep = (because: string) => {
      found.kept.push({ car: car.id, flag, because });
      return NOTHING;
    };
    if (now === undefined) return keep('The flag was archived since.');
    const [live] = await lockLiveRuns(tx, environmentId, [flag]);
    const way = wayBack(now.form.configuration, now.form.content.variants);
    if (way.effect === 'kept') return keep(way.because);
    if (way.effect === 'same') return NOTHING;
    if (live !== undefined) return keep(`The rollout ${live.run.rollout} of it is live now: roll that back first.`);
    await revokeForm(tx, environmentId, flag, reason, ground.now);
    const write = await writeForm(tx, now.row, way.write, null);
    tellRestored(found, flag, ground.environments.get(environmentId)?.key ?? '');
    return { result: undefined, ...write };
  };
  return { action: 'flag.update', subject: flagSubject(flag), work };
}

function segmentPiece({ train }: Back, car: Car, key: string, found: Found): Piece {
  const work: Work<undefined> = async (tx, ground) => {
    const present = (await readSegmentForms(tx, train.environmentId, [key])).get(key) ?? null;
    const forms = { before: car.before?.segments[key] ?? null, departed: car.departed?.segments[key] ?? null };
    const way = wayBackOfSegment(forms, present);
    if (way.effect === 'kept') found.kept.push({ car: car.id, flag: `segment ${key}`, because: way.because });
    if (way.effect !== 'back') return NOTHING;
    const users = usersOf(ground, train.environmentId, key);
    if (way.write === null && users.length > 0) {
      found.kept.push({ car: car.id, flag: `segment ${key}`, because: `${users.join(', ')} name it by now.` });
      return NOTHING;
    }
    const place = { projectId: train.projectId, environment: { id: train.environmentId, key: train.environment } };
    const write = await writeSegmentForm(tx, place, key, asFields(way.write) ?? null);
    return { result: undefined, ...write };
  };
  return { action: 'segment.update', subject: `segment/${key}`, work };
}

function usersOf({ before }: Ground, environmentId: number, key: string): string[] {
  const ruleset = before.get(environmentId);
  const wanted = `"segment":${JSON.stringify(key)}`;
  const named = (one: { key: string }) => (JSON.stringify(one).includes(wanted) ? [one.key] : []);
  return [...Object.values(ruleset?.flags ?? {}), ...Object.values(ruleset?.segments ?? {})].flatMap(named);
}
