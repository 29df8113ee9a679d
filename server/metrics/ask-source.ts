import type { Db } from '../database/connect.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { Secrets } from '../platform/secrets.ts';
import { askPrometheus, type OpenSource } from './ask-prometheus.ts';
import type { QueryAnswer } from './query-answer.ts';
import { placeOfSecret } from './source.ts';
import { findSource, type SourceRow } from './source-store.ts';

export interface AskParts {
  db: Db;
  outbound: Outbound;
  secrets: Pick<Secrets, 'unseal'>;
}

/**
 * Asks a source of a project for one value at a moment. Whatever goes wrong with the source is an answer; what goes
 * wrong with our own database is thrown.
 */
export async function askSource(
  parts: AskParts,
  projectId: number,
  key: string,
  query: string,
  at: Date,
): Promise<QueryAnswer> {
  const row = await findSource(parts.db, projectId, key);
  if (!row) return { kind: 'error', message: `There is no source ${key} in this project.` };
  return askRow(parts, row, query, at);
}

/** The same where the row is at hand. */
export async function askRow(
  { outbound, secrets }: Omit<AskParts, 'db'>,
  row: SourceRow,
  query: string,
  at: Date,
): Promise<QueryAnswer> {
  const source = openSource(secrets, row);
  if (source === undefined) {
    return { kind: 'error', message: `The secret of the source ${row.key} does not open. Set it again.` };
  }
  return askPrometheus(outbound, source, query, at);
}

/** Undefined where the secret was sealed under one that is not in force any more. */
function openSource(secrets: Pick<Secrets, 'unseal'>, row: SourceRow): OpenSource | undefined {
  const { url, auth, authUser, sealed, projectId, key } = row;
  if (auth === 'none' || sealed === null) return { url };
  try {
    const secret = secrets.unseal(placeOfSecret(projectId, key), sealed);
    const basic = () => Buffer.from(`${authUser ?? ''}:${secret}`).toString('base64');
    return { url, authorization: auth === 'bearer' ? `Bearer ${secret}` : `Basic ${basic()}` };
  } catch {
    return undefined;
  }
}
