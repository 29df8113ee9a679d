import { readFileSync, statSync } from 'node:fs';

/** As much as a server takes of an import. */
const LARGEST_FILE = 16 * 1024 * 1024;

const WHY: Record<string, string> = {
  ...{ ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'it may not be read by you' },
};

/** The text of a file. Throws with a clause that says why where it cannot be read, or is larger than 16 MiB. */
export function readDocument(path: string): string {
  try {
    return readSmall(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw Object.hasOwn(WHY, code) ? new Error(WHY[code]) : error;
  }
}

function readSmall(path: string): string {
  if (statSync(path).size > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE / 1024 / 1024} MiB`);
  return readFileSync(path, 'utf8');
}
