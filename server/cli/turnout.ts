import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { runCommand } from './run-command.ts';

/** The program `turnout`: words in, lines out, an exit code at the end. */
const stop = new AbortController();
process.on('SIGINT', () => {
  const [, , command, verb] = process.argv;
  const follows = command === 'tail' || (command === 'rollout' && verb === 'watch');
  // What follows something ends in order; everything else has nothing to put in order. `start` hears the signals itself.
  if (follows) stop.abort();
  else if (command !== 'start') process.exit(130);
});

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  warn: (line) => process.stderr.write(`${line}\n`),
  readInput: () => text(process.stdin),
  ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
  stopped: stop.signal,
});

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
