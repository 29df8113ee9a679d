import { expect, test } from 'vitest';
import { matchCommands } from './match-commands.ts';

test.each([
  ['', ['Go to flags', 'Kill a flag', 'Sign out', 'Flags and more']],
  ['kill', ['Kill a flag']],
  ['FLAG', ['Flags and more', 'Go to flags', 'Kill a flag']],
  ['flag go', ['Go to flags']],
  ['nothing', []],
])('“%s” finds the commands that have all its words, and those that begin with it first', (text, labels) => {
  const commands = ['Go to flags', 'Kill a flag', 'Sign out', 'Flags and more'].map((label) => ({ label }));
  expect(matchCommands(commands, text).map(({ label }) => label)).toEqual(labels);
});
