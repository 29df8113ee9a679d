import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

/** Runs words where no server is: what makes no sense is told before anything is asked. */
async function run(...words: string[]) {
  const said: string[] = [];
  const tell = (line: string) => void said.push(line);
  const shell = { env: {}, print: tell, warn: tell, readInput: async () => '', stopped: new AbortController().signal };
  return { exit: await runCommand(words, shell), said: said.join('\n') };
}

describe('turnout depart, recall and chemspill', () => {
  it.each([
    [['depart', 'weekly'], '<number> is missing: turnout depart <train> <number>'],
    [['recall', 'weekly', 'first', '--reason', 'x'], 'Which departure? turnout recall <train> <number>'],
    [['recall', 'weekly', '12'], 'turnout recall asks why: --reason "<text>"'],
    [['chemspill', 'weekly', '--reason', 'x'], '<request> is missing: turnout chemspill <train> <request>'],
    [['chemspill', 'weekly', '4f1d0c2a9b7e'], 'turnout chemspill asks why'],
  ])('%j says what is missing', async (words, told) => {
    const { exit, said } = await run(...words);
    expect(exit).toBe(2);
    expect(said).toContain(told);
  });

  it('their help says what each of them skips, and what it does not', async () => {
    expect((await run('depart', '--help')).said).toContain('skips no freeze');
    expect((await run('recall', '--help')).said).toMatch(/past\s+freezes and approvals/);
    expect((await run('chemspill', '--help')).said).toContain('--break-glass');
  });
});
