import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
export const SERVER = ['--conditions=turnout-src', '--import', 'tsx', 'server/main.ts'];

/** A program that was started: what it says, and how it ends. */
export interface Program {
  pid: number;
  /** All that it has said so far, on both outputs. */
  said(): string;
  /** Resolves with what `look` finds in what it has said. */
  heard(look: RegExp): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

/** Starts a program at the top of the repository, with nothing of the tests' own settings but what is given. */
export function startProgram(command: string, args: string[], settings: Record<string, string>): Program {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TURNOUT|LIMIT|DATABASE|TEST|NODE_ENV|VITEST)/.test(name),
  );
  const child: ChildProcess = spawn(command, args, {
    cwd: REPOSITORY,
    env: { ...Object.fromEntries(kept), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a program and those that it started are ended together.
    detached: true,
  });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? ''));
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    said: () => said,
    async heard(look) {
      const until = Date.now() + 60_000;
      for (;;) {
        const found = look.exec(said);
        if (found) return found[1] ?? found[0];
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${said}`);
        if (Date.now() > until) throw new Error(`it never said ${look}:\n${said}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    signal(signal) {
      try {
        process.kill(-pid, signal);
      } catch {
        // It has ended already.
      }
    },
    ended,
  };
}
