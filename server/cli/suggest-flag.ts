import { type Api, type Fields, Refused } from './api.ts';
import { type Place, projectPath } from './find-place.ts';

const MOST_NAMED = 10;
const MOST_EDITS = 2;

/**
 * A refusal because there is no such flag, with what it may be called instead; every other failure as it is. Who must
 * act at night seldom knows the key by heart.
 */
export async function suggestFlag(api: Api, place: Place, flag: string, error: unknown): Promise<unknown> {
  if (!(error instanceof Refused) || error.status !== 404 || !error.message.includes('no such flag')) return error;
  const keys = await listFlags(api, place).catch(() => []);
  const near = keys.filter((key) => isNear(flag, key));
  if (near.length === 0) return error;
  const detail = `${error.message} Did you mean ${near.slice(0, MOST_NAMED).join(' or ')}?`;
  return new Refused(error.status, { ...error.body, detail });
}

async function listFlags(api: Api, { project }: Place): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor = ''; ; ) {
    const path = `${projectPath(project)}/flags?limit=200${cursor}`;
    const { body } = await api.call<{ items: { key: string }[]; next: string | null } & Fields>('GET', path);
    keys.push(...body.items.map(({ key }) => key));
    if (body.next === null) return keys;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}

/** True where one holds the other, or a few letters are wrong. */
export function isNear(wanted: string, key: string): boolean {
  const [one, other] = [wanted.toLowerCase(), key.toLowerCase()];
  return other.includes(one) || one.includes(other) || countEdits(one, other) <= MOST_EDITS;
}

/** Letters to change, add or leave out: the distance of Levenshtein. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const changed = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
