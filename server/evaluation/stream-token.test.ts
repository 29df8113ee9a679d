import { describe, expect, test } from 'vitest';
import type { KeyPrincipal } from '../access/principal.ts';
import { Secrets } from '../platform/secrets.ts';
import { readStreamToken, TOKEN_SLOT_MS, tokenSlot, writeStreamToken } from './stream-token.ts';

const secrets = Secrets.open({ dataDir: '', fromEnv: 'a'.repeat(32) });
const scope = { projectId: 1, environmentId: 7, origins: [], flags: null, tags: null };
const key: KeyPrincipal = { kind: 'key', keyKind: 'client', id: 'k1', name: 'web', ...scope };
const START = 4 * TOKEN_SLOT_MS;

describe('A stream token', () => {
  test('names the key, the environment and the kind, and is good for 5 to 15 minutes', () => {
    const token = writeStreamToken(secrets, key, tokenSlot(START + 599_999));
    expect(readStreamToken(secrets, token, START)).toEqual({
      keyId: 'k1',
      environmentId: 7,
      keyKind: 'client',
      expiresAt: START + 15 * 60_000,
    });
    expect(readStreamToken(secrets, token, START + 15 * 60_000 - 1)).toMatchObject({ keyId: 'k1' });
    expect(readStreamToken(secrets, token, START + 15 * 60_000)).toBe('expired');
  });

  test('is the same on every node and at every call of its slot, so that its address stays the same', () => {
    expect(writeStreamToken(secrets, key, 4)).toBe(writeStreamToken(secrets, key, 4));
    expect(writeStreamToken(secrets, key, 4)).not.toBe(writeStreamToken(secrets, key, 5));
  });

  test('of another secret, of another purpose, changed or cut short opens nothing', () => {
    const token = writeStreamToken(secrets, key, 4);
    const body = Buffer.from(JSON.stringify({ aud: 'stream', kid: 'k1', env: 7, kind: 'client', exp: 1e15 }));
    const forged = [
      writeStreamToken(Secrets.open({ dataDir: '', fromEnv: 'b'.repeat(32) }), key, 4),
      `${body.toString('base64url')}~${secrets.sign('session', body)}`,
      `${body.toString('base64url')}${token.slice(token.indexOf('~'))}`,
      token.slice(0, -1),
      token.slice(0, token.indexOf('~')),
      '~',
      '',
      'x'.repeat(5_000),
    ];
    for (const text of forged) expect(readStreamToken(secrets, text, START)).toBe('invalid');
  });

  test('signed before the secret was rotated still opens the stream', () => {
    const rotated = Secrets.open({ dataDir: '', fromEnv: `${'c'.repeat(32)},${'a'.repeat(32)}` });
    expect(readStreamToken(rotated, writeStreamToken(secrets, key, 4), START)).toMatchObject({ keyId: 'k1' });
  });
});
