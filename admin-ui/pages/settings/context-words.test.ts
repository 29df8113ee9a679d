import { expect, test } from 'vitest';
import { type GivenContext, type SignedContext, tellContext, touchContext } from './context-words.ts';

const SIGNED: SignedContext = {
  ...{ mode: 'signed', issuer: 'https://id.example', audience: 'shop', algorithms: ['RS256', 'ES256'] },
  ...{ jwksUrl: 'https://id.example/keys', secretSetAt: null, bodyAttributes: ['screen'] },
};
const { secretSetAt: _, ...RULE } = SIGNED;
const OPEN = { mode: 'open' } as const;

test('says whom a key believes', () => {
  expect(tellContext(OPEN)).toBe('open: anybody can ask as anybody');
  expect(tellContext(SIGNED)).toBe('signed by https://id.example');
});

test.each<[string, typeof OPEN | SignedContext | null, GivenContext, boolean]>([
  ['a new key', null, OPEN, true],
  ['an open key that stays open', OPEN, OPEN, false],
  ['an open key that is signed for', OPEN, RULE, true],
  ['a signed key that is opened', SIGNED, OPEN, true],
  ['a rule that nobody touched', SIGNED, RULE, false],
  ['the same algorithms in another order', SIGNED, { ...RULE, algorithms: ['ES256', 'RS256'] }, false],
  ['another audience', SIGNED, { ...RULE, audience: 'till' }, true],
  ['another list of what a page may say', SIGNED, { ...RULE, bodyAttributes: [] }, true],
  ['a secret that was typed again', SIGNED, { ...RULE, secret: 'x'.repeat(32) }, true],
])('of %s', (_what, was, given, isSent) => {
  expect(touchContext(was, given)).toBe(isSent ? given : was);
});
