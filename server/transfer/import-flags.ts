import type { JsonValue, Ruleset } from '@turnout/core';
import { type Asking, type EnvironmentPlace, orderOf } from '../access/asking.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Ground, Written } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { rulesetSizeFaults } from '../flags/check-flag.ts';
import { initialConfiguration, logConfiguration, logFlag, servedFlag } from '../flags/configuration.ts';
import { requireAllLocked } from '../flags/edit-flag.ts';
import { type FlagParts, nothingChanged } from '../flags/flag-place.ts';
import {
  environmentsOf,
  findFlags,
  flagsInEnvironments,
  insertConfigurations,
  insertFlags,
  updateConfiguration,
} from '../flags/flag-store.ts';
import { saltsOf } from '../flags/plan-configuration.ts';
import { runAfter } from '../flags/run-after.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { rulesetOf } from '../segments/change-segment.ts';
import { tangleFaults } from '../segments/refuse-tangles.ts';
import { logSegment } from '../segments/segment.ts';
import { jsonBytes } from '../segments/sizes.ts';
import { findSegments, insertSegment, updateSegment } from '../segments/store.ts';
import type { Incoming } from './incoming.ts';
import { changeOf, type Plan, type PlannedFlag, type PlannedSegment, type Present, planImport } from './plan-import.ts';

/** What is to be imported. */
export interface ImportOrder {
  format: string;
  incoming: Incoming;
}

/** What came of an import, or would. */
export type Imported = Omit<Plan, 'after'>;

/**
 * Imports flags into an environment, all in one change: new ones are made in every environment, off but in this one.
 * Nothing here touches `killed`.
 */
export async function importFlags(
  parts: FlagParts,
  asking: Asking,
  place: EnvironmentPlace,
  order: ImportOrder,
): Promise<Committed<Imported>> {
  const { db } = parts.door;
  const { projectId, environment } = place;
  const keys = order.incoming.flags.map(({ key }) => key);
  const known = new Set((await findFlags(db, projectId, keys)).map(({ key }) => key));
  // Only a new flag is seen in the other environments.
  const makes = keys.some((key) => !known.has(key));
  const environmentIds = makes ? (await environmentsOf(db, projectId)).map(({ id }) => id) : [environment.id];
  const change = { action: 'flag.import', subject: `import/${order.format}`, projectId, environmentIds };
  return commitChange<Imported>(parts.door, { ...orderOf(asking), ...change }, async (tx, ground) => {
    if (makes) await requireAllLocked(tx, projectId, ground);
    const before = rulesetOf(ground, environment.id);
    const { after, ...plan } = planImport(order.incoming, await readPresent(tx, place, order.incoming), before);
    if (!makes && plan.flags.some(({ effect }) => effect === 'created')) {
      throw new Problem('busy', 'A flag went at this very moment. Nothing was changed; try again.', {
        retryAfterSeconds: 1,
      });
    }
    requireFits(before, after, plan, ground, environment.id);
    const isSame = [...plan.flags, ...plan.segments].every(({ effect }) => effect === 'unchanged');
    if (isSame) return nothingChanged(plan);
    return write(tx, place, plan, ground);
  });
}

async function readPresent(tx: Tx, { projectId, environment }: EnvironmentPlace, incoming: Incoming): Promise<Present> {
  const rows = await findFlags(
    tx,
    projectId,
    incoming.flags.map(({ key }) => key),
  );
  const places = await flagsInEnvironments(
    tx,
    projectId,
    rows.map(({ id }) => id),
    environment.id,
  );
  const segments = await findSegments(
    tx,
    environment.id,
    incoming.segments.map(({ key }) => key),
  );
  return {
    flags: new Map(places.map((place) => [place.flag.key, place])),
    segments: new Map(segments.map((row) => [row.key, row])),
  };
}

/** Throws 422 where an environment would become too large, or ask too much; then nothing is imported. */
function requireFits(
  before: Ruleset,
  after: Ruleset,
  plan: Pick<Plan, 'flags'>,
  ground: Ground,
  environmentId: number,
): void {
  const faults = [...rulesetSizeFaults(after, 0), ...tangleFaults(before, after, '/flags')];
  const growth = plan.flags
    .filter(({ effect }) => effect === 'created')
    .reduce((sum, { flag }) => sum + jsonBytes(servedElsewhere(flag)), 0);
  for (const [id, ruleset] of ground.before) {
    if (id !== environmentId && growth > 0) faults.push(...rulesetSizeFaults(ruleset, growth));
  }
  if (faults.length > 0) throw invalid(faults);
}

function servedElsewhere({ key, content }: PlannedFlag['flag']) {
  return servedFlag({ key, ...content }, { ...initialConfiguration(content.variants), killed: false, run: null });
}

async function write(tx: Tx, place: EnvironmentPlace, plan: Imported, ground: Ground): Promise<Written<Imported>> {
  const flags = plan.flags.filter(({ effect }) => effect !== 'unchanged');
  const segments = plan.segments.filter(({ effect }) => effect !== 'unchanged');
  await writeSegments(tx, place, segments);
  const created = flags.filter(({ effect }) => effect === 'created').map(({ flag }) => flag);
  const rows = await insertFlags(
    tx,
    place.projectId,
    created.map(({ key, content }) => ({ ...content, key })),
  );
  const ids = new Map(rows.map((row) => [row.key, row.id]));
  await insertConfigurations(
    tx,
    created.flatMap(({ key, content, configuration }) =>
      [...ground.environments.keys()].map((environmentId) => {
        const here = environmentId === place.environment.id;
        const set = here ? configuration : initialConfiguration(content.variants);
        return { ...set, flagId: ids.get(key) ?? 0, environmentId, salts: here ? saltsOf(configuration, {}) : {} };
      }),
    ),
  );
  for (const { flag, effect, present } of flags) {
    if (effect !== 'changed' || present === undefined) continue;
    const salts = saltsOf(flag.configuration, present.configuration.salts);
    const at = { flagId: present.flag.id, environmentId: place.environment.id };
    const run = runAfter(present.configuration.run, present.configuration, flag.configuration);
    await updateConfiguration(tx, at, { ...flag.configuration, salts, run });
  }
  return { result: plan, ...logged(place, flags, segments) };
}

async function writeSegments(tx: Tx, place: EnvironmentPlace, segments: readonly PlannedSegment[]): Promise<void> {
  const { projectId, environment } = place;
  for (const { segment, effect } of segments) {
    const { key, content } = segment;
    if (effect === 'created') await insertSegment(tx, { projectId, environmentId: environment.id, key }, content);
    else await updateSegment(tx, environment.id, key, content);
  }
}

type Fields = { [name: string]: JsonValue };

/** What was touched, and the fields that changed, as the log keeps them. */
function logged(
  { environment }: EnvironmentPlace,
  flags: readonly PlannedFlag[],
  segments: readonly PlannedSegment[],
): Pick<Written<Imported>, 'touched' | 'before' | 'after'> {
  const [made, was, is]: [Fields, Fields, Fields] = [{}, {}, {}];
  for (const { flag, present } of flags) {
    if (present === undefined) made[flag.key] = logFlag({ ...flag.content, archived: false });
    const difference = present && changeOf(present, flag.configuration);
    was[flag.key] = difference?.before ?? null;
    is[flag.key] = difference?.after ?? logConfiguration(flag.configuration);
  }
  const whole = Object.fromEntries(segments.map(({ segment }) => [segment.key, logSegment(segment.content)]));
  return {
    touched: { flags: flags.map(({ flag }) => flag.key), segments: segments.map(({ segment }) => segment.key) },
    before: { environments: { [environment.key]: { flags: was } } },
    after: { flags: made, environments: { [environment.key]: { flags: is, segments: whole } } },
  };
}
