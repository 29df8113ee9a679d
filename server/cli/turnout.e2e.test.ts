import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

it('the program ends in silence where nobody reads its lines any more, as behind head', async () => {
  const words = [
    '--conditions=turnout-src',
    '--import',
    'tsx',
    join(import.meta.dirname, 'turnout.ts'),
    'help',
    'rollout',
  ];
  const program = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const warned = text(program.stderr);
  program.stdout.destroy();
  const [code] = await once(program, 'exit');
  expect([await warned, code]).toEqual(['', 141]);
});
