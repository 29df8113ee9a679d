import { readFileSync, statSync } from 'node:fs';

/** As much as a server takes of an import. */
const LARGEST_FILE = 16 * 1024 * 1024;

/** The text of a file. Throws where it cannot be read, or is larger than 16 MiB. */
export function readDocument(path: string): string {
  if (statSync(path).size > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE / 1024 / 1024} MiB`);
  return readFileSync(path, 'utf8');
}
