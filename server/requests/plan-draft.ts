import { createHash } from 'node:crypto';
import type { EnvironmentPlace } from '../access/asking.ts';
import { faultsOf } from '../access/field-faults.ts';
import type { Piece } from '../changes/combine-works.ts';
import type { DraftCall, DraftKind, DraftPlan } from '../changes/draft.ts';
import type { Db, Tx } from '../database/connect.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import { type FieldFault, invalid, Problem } from '../platform/problem.ts';
import type { DraftItem } from './request.ts';

/** Where the items of a draft may lead: the environments of the project that its author sees. */
export interface DraftGround {
  projectId: number;
  environments: readonly { id: number; key: string }[];
}

/** A draft that was read: what each item would do, and which environments that alters. */
export interface PlannedDraft {
  /** With the versions that they were written against. */
  items: DraftItem[];
  pieces: Piece[];
  environmentIds: number[];
  /** It takes away what protects. */
  protection: boolean;
  /** The environments that its paths name, though none of their rulesets alters. */
  named: number[];
  /** The places of items whose version is a part of what is approved. */
  bound: number[];
  /** Shown once, in the answer to whoever applies it. */
  secret?: string;
}

/** What is written of a draft; `by` and the rest as in `DraftCall`. */
export interface DraftToPlan extends Pick<DraftCall<unknown>, 'by' | 'authors' | 'expedited'> {
  items: readonly DraftItem[];
  seed: string;
}

interface Found {
  kind: DraftKind;
  params: Record<string, string>;
}

/**
 * Reads items: each must be a call that can wait, and its body what that call takes. Throws 422 with every fault. What
 * names no version is taken to be about the present one; with `anew` all are.
 */
export async function planDraft(
  db: Db | Tx,
  kinds: readonly DraftKind[],
  ground: DraftGround,
  draft: DraftToPlan,
  anew = false,
): Promise<PlannedDraft> {
  const read = draft.items.map((item, index) => readItem(kinds, ground, item, index));
  const faults = read.flatMap((one) => ('faults' in one ? one.faults : []));
  if (faults.length > 0) throw invalid(faults);
  const planned: PlannedDraft = { items: [], pieces: [], environmentIds: [], protection: false, named: [], bound: [] };
  const seen = new Set<string>();
  for (const [index, item] of draft.items.entries()) {
    const found = read[index];
    if (found === undefined || 'faults' in found) continue;
    const plan = (base: number | null) => planItem(ground, found, item, { draft, index, base });
    const first = plan(null);
    const what = `${first.changes ?? first.subject} ${first.alters === 'environment' ? found.params.environment : ''}`;
    const now = seen.has(what) ? null : ((await first.version(db)) ?? null);
    const base = now === null ? null : anew ? now : (item.base ?? now);
    seen.add(what);
    const { action, subject, work, alters, bindsVersion, secret } = plan(base);
    // What alters no ruleset is not seen by the door, which asks for approvals by what grows.
    if (alters === 'nothing' && !found.kind.protection) throw new Error(`${found.kind.path} would pass unapproved`);
    planned.items.push({ ...item, base });
    planned.pieces.push({ action, subject, work });
    planned.environmentIds.push(...environmentsOf(ground, alters, found));
    planned.named.push(...environmentsOf(ground, 'environment', found));
    if (found.kind.protection) planned.protection = true;
    // A diff of rulesets says nothing of what alters none: there the version is what was looked at.
    if (bindsVersion || alters === 'nothing') planned.bound.push(index);
    if (secret !== undefined) planned.secret = secret;
  }
  return { ...planned, environmentIds: unique(planned.environmentIds), named: unique(planned.named) };
}

const unique = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);

function environmentsOf(ground: DraftGround, alters: DraftPlan['alters'], { params }: Found): number[] {
  if (alters === 'nothing') return [];
  const named = ground.environments.filter(({ key }) => alters === 'all' || key === params.environment);
  return named.map(({ id }) => id);
}

function planItem(
  ground: DraftGround,
  { kind, params }: Found,
  item: DraftItem,
  { draft, index, base }: { draft: DraftToPlan; index: number; base: number | null },
): DraftPlan {
  const { projectId } = ground;
  const place = (): EnvironmentPlace => {
    const environment = ground.environments.find(({ key }) => key === params.environment);
    if (!environment) throw new Problem('not_found', 'There is no such environment.');
    return { projectId, environment };
  };
  const read = kind.body.parse(item.body ?? {});
  try {
    const { seed, by, authors, expedited } = draft;
    const said = {
      ...(by === undefined ? {} : { by }),
      ...(authors ? { authors } : {}),
      ...(expedited ? { expedited } : {}),
    };
    const names = namesOf(seed, index);
    return kind.plan({ projectId, place, params, body: read, base: base ?? undefined, names, ...said });
  } catch (error) {
    throw ofItem(error, item, index);
  }
}

/** The same names whenever the same draft is tried, so that what was approved is what is written. */
function namesOf(seed: string, index: number) {
  let count = 0;
  const next = (length: number) => {
    count += 1;
    return createHash('sha256').update(`${seed}/${index}/${count}`).digest('hex').slice(0, length);
  };
  return { salt: () => next(16), ruleId: () => `r-${next(12)}`, id: () => idOfItem(seed, index) };
}

/** The id of what the item at a place of a draft makes, where it makes something that has one. */
export function idOfItem(seed: string, index: number): string {
  return createHash('sha256').update(`${seed}/${index}/id`).digest('hex').slice(0, 12);
}

function readItem(
  kinds: readonly DraftKind[],
  ground: DraftGround,
  item: DraftItem,
  index: number,
): Found | { faults: FieldFault[] } {
  const found = findKind(kinds, item);
  if (!found) {
    const calls = kinds.map(({ method, path }) => `${method} ${path}`).join(', ');
    return { faults: [{ path: `/items/${index}/path`, code: 'unknown_call', expected: `one of ${calls}` }] };
  }
  const { environment } = found.params;
  // What one may not see is 404, as it is for the call itself.
  if (environment !== undefined && !ground.environments.some(({ key }) => key === environment)) {
    const seen = ground.environments.map(({ key }) => key).join(', ');
    throw new Problem('not_found', `Item ${index + 1}: there is no environment ${environment}. You see: ${seen}`);
  }
  const read = found.kind.body.safeParse(item.body ?? {});
  if (read.success) return found;
  return { faults: faultsOf(read.error.issues).map((fault) => underItem(fault, index)) };
}

/** What an item threw, said of that item. */
export function ofItem(error: unknown, item: DraftItem | undefined, index: number): unknown {
  if (!(error instanceof Problem)) return error;
  const { errors, ...extra } = error.extra;
  const detail = `Item ${index + 1}, ${item?.method} ${item?.path}: ${error.message}`;
  const faults = errors?.map((fault) => underItem(fault, index));
  return new Problem(error.code, detail, { ...extra, ...(faults ? { errors: faults } : {}), cause: error });
}

function underItem(fault: FieldFault, index: number): FieldFault {
  return { ...fault, path: `/items/${index}/body${fault.path === '/' ? '' : fault.path}` };
}

function findKind(kinds: readonly DraftKind[], { method, path }: DraftItem): Found | undefined {
  const given = path.split('/');
  for (const kind of kinds) {
    const wanted = kind.path.split('/');
    if (kind.method !== method || wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, at) => {
      const text = given[at] ?? '';
      const name = /^\{([a-z]+)\}$/.exec(part)?.[1];
      if (name === undefined) return part === text;
      params[name] = text;
      return isObjectKey(text);
    });
    if (fits) return { kind, params };
  }
  return undefined;
}
