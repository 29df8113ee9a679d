import { expect, test } from 'vitest';
import { tellLimits } from './key-words.ts';

test.each([
  [{ kind: 'server', origins: [], flags: null, tags: null }, 'all flags'],
  [{ kind: 'client', origins: ['https://a.example', '*'], flags: null, tags: null }, 'pages of every origin'],
  [{ kind: 'client', origins: [], flags: null, tags: null }, 'no page: it lists no origin yet'],
  [{ kind: 'client', origins: ['https://a.example'], flags: null, tags: null }, 'pages of https://a.example'],
  [{ kind: 'kill', origins: [], flags: null, tags: null }, 'every flag of this environment'],
  [{ kind: 'kill', origins: [], flags: ['a', 'b'], tags: null }, 'flags a, b'],
  [{ kind: 'kill', origins: [], flags: null, tags: ['x', 'y'] }, 'flags with the tag x or y'],
  [{ kind: 'kill', origins: [], flags: ['a'], tags: ['x'] }, 'flags a, and flags with the tag x'],
] as const)('A key %j is good for “%s”', ({ kind, origins, flags, tags }, words) => {
  expect(tellLimits({ kind, origins: [...origins], flags: flags && [...flags], tags: tags && [...tags] })).toBe(words);
});
