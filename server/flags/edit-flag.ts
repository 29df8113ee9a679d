import type { JsonValue } from '@turnout/core';
import { type Asking, orderOf } from '../access/asking.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { Committed, Ground, Work } from '../changes/door.ts';
import type { Tx } from '../database/connect.ts';
import { keepFrozenTags } from '../environments/keep-frozen-tags.ts';
import { mergePatch } from '../platform/merge-patch.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { requireExpected } from '../platform/version.ts';
import { flagFaultsIn, goneVariantFaults } from './check-flag.ts';
import { variantFaults } from './check-variants.ts';
import { type FlagContent, type FlagRow, logFlag } from './configuration.ts';
import type { FlagPatch } from './contract.ts';
import { type FlagParts, nothingChanged, requireFlag, requireLive } from './flag-place.ts';
import { environmentsOf, updateFlag } from './flag-store.ts';
import { keepHeardTags } from './keep-heard-tags.ts';
import { asLogged, differingFields } from './log-flag-change.ts';
import { showFlag } from './show-flag.ts';

/** What a flag of the project has where nothing was said. */
const PLAIN: Omit<FlagContent, 'type' | 'variants'> = {
  name: '',
  description: '',
  owner: '',
  tags: [],
  kind: 'release',
  clientVisible: false,
  metadata: null,
  signalKill: false,
};

/** What somebody wrote of a flag, whole or as a patch on what it is; null takes a field back to what it is at first. */
export function readFlag(patch: FlagPatch, base?: FlagContent): FlagContent {
  const from = base ?? PLAIN;
  const pick = <K extends keyof typeof PLAIN>(name: K, given: (typeof PLAIN)[K] | null | undefined) =>
    given === undefined ? from[name] : (given ?? PLAIN[name]);
  // Only a patch is merged: in a whole flag a null is a value, and a wrong one to be told of.
  const merge = (now: JsonValue | undefined, given: JsonValue | undefined) =>
    given === undefined ? now : base === undefined ? given : mergePatch(now, given);
  return {
    type: patch.type ?? base?.type ?? 'boolean',
    variants: (merge(base?.variants, patch.variants) ?? { on: true, off: false }) as FlagContent['variants'],
    name: pick('name', patch.name),
    description: pick('description', patch.description),
    owner: pick('owner', patch.owner),
    tags: pick('tags', patch.tags),
    kind: pick('kind', patch.kind),
    clientVisible: pick('clientVisible', patch.clientVisible),
    metadata: (merge(base?.metadata ?? undefined, patch.metadata) ?? null) as FlagContent['metadata'],
    signalKill: pick('signalKill', patch.signalKill),
  };
}

/** The part that stands in rulesets: a change of it is a change of every environment. */
function servedPart({ type, variants, clientVisible, metadata }: FlagContent): string {
  return canonicalJson({ type, variants, clientVisible, metadata });
}

/** PUT: what is left out is as in a new flag. */
export const replaceFlag = (parts: FlagParts, asking: Asking, projectId: number, key: string, wanted: FlagPatch) =>
  editFlag(parts, asking, projectId, key, () => readFlag(wanted));

/** PATCH by RFC 7396. */
export const patchFlag = (parts: FlagParts, asking: Asking, projectId: number, key: string, patch: FlagPatch) =>
  editFlag(parts, asking, projectId, key, (now) => readFlag(patch, now));

/** Thrown inside where an edit turned out to alter rulesets that were not locked; it is then made again, with locks. */
class AltersRulesets extends Error {}

/**
 * Edits the flag of the project. Where that alters rulesets every environment gets the change, and the right is needed
 * in each; a new description alters none.
 */
async function editFlag(
  parts: FlagParts,
  asking: Asking,
  projectId: number,
  key: string,
  next: (now: FlagContent) => FlagContent,
): Promise<Committed<FlagRow>> {
  const row = await requireFlag(parts.door.db, projectId, key);
  const alters = servedPart(next(row)) !== servedPart(row);
  try {
    return await editOnce(parts, asking, projectId, key, next, alters);
  } catch (error) {
    if (!(error instanceof AltersRulesets)) throw error;
    return editOnce(parts, asking, projectId, key, next, true);
  }
}

function editOnce(
  parts: FlagParts,
  asking: Asking,
  projectId: number,
  key: string,
  next: (now: FlagContent) => FlagContent,
  alters: boolean,
): Promise<Committed<FlagRow>> {
  const change = { action: 'flag.update', subject: `flag/${key}` };
  return inEveryEnvironment(parts, asking, projectId, change, alters, editWork(projectId, key, next, asking, alters));
}

/** The same inside of a change that may carry more. With `alters` every environment is locked. */
export function editWork(
  projectId: number,
  key: string,
  next: (now: FlagContent) => FlagContent,
  believed: Pick<Asking, 'expected'>,
  alters = true,
): Work<FlagRow> {
  return async (tx, ground) => {
    const row = await requireFlag(tx, projectId, key);
    requireLive(row);
    await requireFlagVersion(tx, believed, row);
    const content = next(row);
    if (!alters && servedPart(content) !== servedPart(row)) throw new AltersRulesets();
    const difference = differingFields(logFlag(row), logFlag({ ...content, archived: row.archived }));
    if (difference === undefined) return nothingChanged(row);
    requireFits(row, content, ground);
    const edited = { key, before: row.tags, after: content.tags };
    await keepFrozenTags(tx, projectId, edited, ground.now);
    await keepHeardTags(tx, projectId, edited);
    return {
      result: await updateFlag(tx, projectId, row.id, content),
      touched: { flags: [key], segments: [] },
      before: asLogged({ flag: difference.before }),
      after: asLogged({ flag: difference.after }),
    };
  };
}

/** Throws 412 with the newer flag where the caller believed in another version. */
export async function requireFlagVersion(tx: Tx, { expected }: Pick<Asking, 'expected'>, row: FlagRow): Promise<void> {
  if (expected === undefined || expected === row.version) return;
  requireExpected(expected, row.version, await showFlag(tx, row));
}

/** Throws 422 for content that is wrong in itself, and 409 where an environment still names what would go. */
export function requireFits(row: FlagRow, content: FlagContent, ground: Ground): void {
  const faults = variantFaults(content.type, content.variants, '/variants');
  if (faults.length > 0) throw invalid(faults);
  for (const ruleset of ground.before.values()) {
    const served = Object.hasOwn(ruleset.flags, row.key) ? ruleset.flags[row.key] : undefined;
    if (served === undefined) continue;
    const gone = goneVariantFaults(served, content.variants, ruleset);
    if (gone.length > 0) {
      const detail = `A variant of ${row.key} is still named in ${ruleset.environment}. Take it out there first.`;
      throw new Problem('flag_in_use', detail, { errors: gone });
    }
    const { type, variants, clientVisible, metadata } = content;
    const { metadata: _metadata, ...rest } = served;
    const candidate = { ...rest, type, variants, clientVisible, ...(metadata === null ? {} : { metadata }) };
    const inside = flagFaultsIn(candidate, ruleset);
    if (inside.length > 0) throw invalid(inside);
  }
}

/** A change of every environment of a project, or, where no ruleset alters, of none. */
export async function inEveryEnvironment<T>(
  parts: FlagParts,
  asking: Asking,
  projectId: number,
  change: { action: string; subject: string },
  alters: boolean,
  write: Work<T>,
): Promise<Committed<T>> {
  const environmentIds = alters ? (await environmentsOf(parts.door.db, projectId)).map(({ id }) => id) : [];
  const order = { ...orderOf(asking), ...change, projectId, environmentIds };
  return commitChange<T>(parts.door, order, async (tx, ground) => {
    if (alters) await requireAllLocked(tx, projectId, ground);
    return write(tx, ground);
  });
}

/** An environment that was made between the question and the lock would be left out: the caller asks again. */
export async function requireAllLocked(tx: Tx, projectId: number, ground: Ground): Promise<void> {
  const now = await environmentsOf(tx, projectId);
  if (now.every(({ id }) => ground.environments.has(id))) return;
  throw new Problem('busy', 'An environment was made at this very moment. Nothing was changed; try again.', {
    retryAfterSeconds: 1,
  });
}
