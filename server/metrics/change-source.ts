import { type Asking, orderOf } from '../access/asking.ts';
import { actorOf } from '../access/principal.ts';
import { canonicalJson } from '../changes/canonical.ts';
import { commitChange } from '../changes/commit-change.ts';
import type { ChangeOrder, Committed, Door, Work, Written } from '../changes/door.ts';
import type { Db, Tx } from '../database/connect.ts';
import { requireSecondAdmin } from '../environments/second-admin.ts';
import { invalid, Problem } from '../platform/problem.ts';
import type { Secrets } from '../platform/secrets.ts';
import { requireExpected } from '../platform/version.ts';
import { isSameTarget, logSource, placeOfSecret, showSource } from './source.ts';
import type { SourceIn } from './source-contract.ts';
import {
  findSource,
  insertSource,
  removeSource,
  type SourceContent,
  type SourceRow,
  updateSource,
} from './source-store.ts';

export interface SourceParts {
  door: Door;
  secrets: Pick<Secrets, 'seal' | 'unseal'>;
  /** The policies that name a source, in their present version or in one that a live rollout uses. */
  namedBy(tx: Tx, projectId: number, key: string): Promise<string[]>;
  /** The flags whose live rollouts go by what a source answers. */
  askedFor: AskedFor;
}
export type AskedFor = (tx: Tx, projectId: number, key: string) => Promise<string[]>;

/** What writing a source needs, wherever it is asked for. */
export interface SourceWorkParts {
  secrets: Pick<Secrets, 'seal'>;
  askedFor: AskedFor;
}

/** Who writes; `approved` where a second admin agreed to what a request carries. */
type Writing = Pick<Asking, 'principal' | 'reason' | 'expected'> & { approved?: true };

const NO_RULESET = { flags: [], segments: [] };

/** Makes a source, or replaces what was written of it. */
export async function putSource(
  parts: SourceParts,
  asking: Asking,
  projectId: number,
  key: string,
  wanted: SourceIn,
): Promise<Committed<SourceRow>> {
  const work = putSourceWork(parts, asking, projectId, key, wanted);
  return commitChange(parts.door, orderOfSource(asking, projectId, key, 'put'), work);
}

/** The same inside of a change that a second admin may have agreed to. */
export function putSourceWork(
  parts: SourceWorkParts,
  writing: Writing,
  projectId: number,
  key: string,
  wanted: SourceIn,
): Work<SourceRow> {
  return async (tx, { now }) => {
    const row = await findSource(tx, projectId, key);
    if (!row) {
      if (writing.expected !== undefined) throw gone(key);
      const content = readContent(parts, projectId, key, wanted, now, undefined);
      const by = writing.approved ? 'request' : actorOf(writing.principal);
      const made = await insertSource(tx, projectId, key, content, by);
      return { result: made, touched: NO_RULESET, after: logSource(made) };
    }
    requireExpected(writing.expected, row.version, showSource(row));
    // First of all: nobody types a secret anew for what they may not write alone.
    if (row.url !== wanted.url || row.kind !== wanted.kind) await requireAgreed(parts, tx, projectId, key, writing);
    const content = readContent(parts, projectId, key, wanted, now, row);
    const [before, after] = [logSource(row), logSource({ ...row, ...content })];
    if (canonicalJson(before) === canonicalJson(after)) return { result: row, touched: NO_RULESET, unchanged: true };
    return { result: await updateSource(tx, projectId, key, content), touched: NO_RULESET, before, after };
  };
}

/**
 * Whoever says whom a guard asks says what it answers: while a rollout goes by it, that is not for one person. What it is
 * asked with may always be replaced, for a password that leaked waits for nobody.
 */
async function requireAgreed(
  { askedFor }: SourceWorkParts,
  tx: Tx,
  projectId: number,
  key: string,
  writing: Writing,
): Promise<void> {
  const flags = await askedFor(tx, projectId, key);
  if (flags.length === 0) return;
  const what = `Asking somebody else as ${key} while live rollouts go by it (${flags.join(', ')})`;
  requireSecondAdmin(what, writing, writing.approved === true);
}

/** Deletes a source that no policy names. */
export async function deleteSource(
  parts: SourceParts,
  asking: Asking,
  projectId: number,
  key: string,
): Promise<Committed<undefined>> {
  const order = orderOfSource(asking, projectId, key, 'delete');
  return commitChange(parts.door, order, async (tx): Promise<Written<undefined>> => {
    const row = await requireSource(tx, projectId, key);
    requireExpected(asking.expected, row.version, showSource(row));
    const users = await parts.namedBy(tx, projectId, key);
    if (users.length > 0) {
      throw new Problem('wrong_state', `Policies ask the source ${key}: ${users.join(', ')}. Change them first.`);
    }
    await removeSource(tx, projectId, key);
    return { result: undefined, touched: NO_RULESET, before: logSource(row), after: null };
  });
}

/** The row, or 404; inside of the project only. */
export async function requireSource(db: Db | Tx, projectId: number, key: string): Promise<SourceRow> {
  const row = await findSource(db, projectId, key);
  if (!row) throw gone(key);
  return row;
}

const gone = (key: string) => new Problem('not_found', `There is no source ${key} in this project.`);

/** `access`: who may ask whom is an admin's to say, and the door looks at that again inside the transaction. */
function orderOfSource(asking: Asking, projectId: number, key: string, verb: 'put' | 'delete'): ChangeOrder {
  const subject = `source/${key}`;
  return { ...orderOf(asking), projectId, environmentIds: [], action: `source.${verb}`, subject, access: true };
}

function readContent(
  { secrets }: Pick<SourceWorkParts, 'secrets'>,
  projectId: number,
  key: string,
  { kind, url, auth }: SourceIn,
  now: Date,
  row: SourceRow | undefined,
): SourceContent {
  if (auth.kind === 'none') return { kind, url, auth: 'none', authUser: null, sealed: null, sealedAt: null };
  const authUser = auth.kind === 'basic' ? auth.user : null;
  const given = auth.kind === 'basic' ? auth.password : auth.token;
  if (given !== undefined) {
    const sealed = secrets.seal(placeOfSecret(projectId, key), given);
    return { kind, url, auth: auth.kind, authUser, sealed, sealedAt: now };
  }
  const isKept = row !== undefined && row.auth === auth.kind && row.authUser === authUser && isSameTarget(row.url, url);
  if (isKept) return { kind, url, auth: auth.kind, authUser, sealed: row.sealed, sealedAt: row.sealedAt };
  const field = auth.kind === 'basic' ? 'password' : 'token';
  const expected =
    row === undefined ? `a ${field}` : `the ${field} again, for it would go to somebody else than before`;
  throw invalid([{ path: `/auth/${field}`, code: 'required', expected }]);
}
