#!/usr/bin/env node
// Runs the command line: from the sources in a checkout, from the compiled output in production or where only that is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./cli/turnout.ts', import.meta.url));
const compiled = fileURLToPath(new URL('./dist/cli/turnout.js', import.meta.url));
const runCompiled = existsSync(compiled) && (process.env.NODE_ENV === 'production' || !existsSync(source));

if (runCompiled) await import('./dist/cli/turnout.js');
else {
  const tsx = import.meta.resolve('tsx');
  const options = ['--conditions=turnout-src', '--import', tsx, source];
  const child = spawn(process.execPath, [...options, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends ^C to both; whoever sends a signal to this process alone means the program.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1);
  });
}
