import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that are built, downloaded or somebody's data. */
const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.whl', '.venv', '.tools', 'results']);
/** What the README has people save beside it. */
const THEIRS = new Set(['app.ts', 'careful.yaml', 'flags.local.json']);

/** Every file of the house below a folder, as paths with slashes, in order. */
export function listFiles(root: string, below = ''): string[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listFiles(root, path);
      return entry.isFile() && !entry.name.endsWith('.tsbuildinfo') && !THEIRS.has(path) ? [path] : [];
    });
}
