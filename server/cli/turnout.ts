import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { runCommand } from './run-command.ts';

/** As a shell tells of a program that wrote where nobody reads: 128 and the number of SIGPIPE. */
const READER_LEFT = 141;

/** The program `turnout`: words in, lines out, an exit code at the end. */
const stop = new AbortController();
process.on('SIGINT', () => {
  const [, , command, verb] = process.argv;
  const follows = command === 'tail' || (command === 'rollout' && verb === 'watch');
  // What follows something ends in order; everything else has nothing to put in order. `start` hears the signals itself.
  if (follows) stop.abort();
  else if (command !== 'start') process.exit(130);
});

// Behind `head` nobody reads the rest. That is no fault, and ends it as it ends other programs.
if (process.argv[2] !== 'start') {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(READER_LEFT);
  });
}

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
