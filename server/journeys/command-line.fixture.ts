import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programFile } from './programs.fixture.ts';

const HOUSE = fileURLToPath(new URL('../..', import.meta.url));

/** How a command ended, and what it said. */
export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs `turnout` with these words, as a person at a prompt would. */
export async function turnout(words: string[], env: Record<string, string> = {}): Promise<Said> {
  const program = await programFile('turnout');
  return new Promise((resolve) => {
    const options = { cwd: HOUSE, env: { ...process.env, ...env }, timeout: 60_000 };
    execFile(process.execPath, [program, ...words], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
    });
  });
}
