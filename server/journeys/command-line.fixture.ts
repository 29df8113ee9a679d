import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HOUSE = fileURLToPath(new URL('../..', import.meta.url));
const TURNOUT = ['--conditions=turnout-src', '--import', 'tsx', 'server/cli/turnout.ts'];

/** How a command ended, and what it said. */
export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs `turnout` with these words, as a person at a prompt would. */
export function turnout(words: string[], env: Record<string, string> = {}): Promise<Said> {
  return new Promise((resolve) => {
    const options = { cwd: HOUSE, env: { ...process.env, ...env }, timeout: 60_000 };
    execFile(process.execPath, [...TURNOUT, ...words], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
    });
  });
}
