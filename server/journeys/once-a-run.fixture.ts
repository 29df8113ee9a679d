import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below the packages, so that what is made here finds them. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/turnout', import.meta.url));
const DAY_MS = 86_400_000;

/** Runs once before all tests: the folder of what is made once for all their files, gone when they have ended. */
export default function setup(): () => void {
  const folder = openRunFolder();
  return () => rmSync(folder, { recursive: true, force: true });
}

function openRunFolder(): string {
  mkdirSync(CACHE, { recursive: true });
  for (const name of readdirSync(CACHE).filter((one) => one.startsWith('run-'))) removeForgotten(join(CACHE, name));
  const folder = mkdtempSync(join(CACHE, 'run-'));
  process.env.TEST_RUN_FOLDER = folder;
  return folder;
}

/**
 * A folder that is made by whichever test file needs it first, and read by the others, which wait meanwhile. None may
 * change what is in it. Where making it failed, it fails for all.
 */
export async function onceARun(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const run = process.env.TEST_RUN_FOLDER ?? openOwnFolder();
  const [made, draft, failed] = [join(run, name), join(run, `${name}.draft`), join(run, `${name}.failed`)];
  if (existsSync(made)) return made;
  if (beginFolder(draft)) {
    try {
      await make(draft);
    } catch (error) {
      writeFileSync(failed, String(error));
      throw error;
    }
    renameSync(draft, made);
    return made;
  }
  while (!existsSync(made)) {
    if (existsSync(failed)) throw new Error(`${name} could not be made: ${readFileSync(failed, 'utf8')}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return made;
}

/** A run that was killed leaves its folder: none takes a day. */
function removeForgotten(folder: string): void {
  const begun = statSync(folder, { throwIfNoEntry: false })?.birthtimeMs ?? Date.now();
  if (Date.now() - begun > DAY_MS) rmSync(folder, { recursive: true, force: true });
}

/** Of a program that is no test: its own run, which ends with it. */
function openOwnFolder(): string {
  const folder = openRunFolder();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** False where another has begun it. */
function beginFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
