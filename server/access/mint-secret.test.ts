import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintSecret, parseSecret, SECRET_KINDS, sameVerifier, verifierOf, withoutSecrets } from './mint-secret.ts';

describe('secrets', () => {
  it.each(SECRET_KINDS)('a %s secret says what it is, and holds 256 random bits behind a checksum', (kind) => {
    const { id, secret, verifier } = mintSecret(kind);
    expect(secret).toMatch(new RegExp(`^turnout_${kind}_${id}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`));
    expect(parseSecret(secret)).toEqual({ kind, id });
    expect(verifier).toBe(verifierOf(secret));
    expect(verifier).toMatch(/^[0-9a-f]{64}$/);
    expect(mintSecret(kind).secret).not.toBe(secret);
  });

  it('one wrong character is found by the checksum, before any look-up', () => {
    const { secret } = mintSecret('server');
    const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    fc.assert(
      fc.property(
        fc.integer({ min: 'turnout_server_'.length, max: secret.length - 1 }),
        fc.constantFrom(...letters),
        (at, letter) => {
          fc.pre(secret[at] !== letter && secret[at] !== '_');
          expect(parseSecret(`${secret.slice(0, at)}${letter}${secret.slice(at + 1)}`)).toBeUndefined();
        },
      ),
    );
    expect(parseSecret(secret.replace('server', 'admin'))).toBeUndefined();
    expect(parseSecret(`${secret} `)).toBeUndefined();
    expect(parseSecret(`x${secret}`)).toBeUndefined();
  });

  it('no text makes reading a secret throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseSecret(text)).toBeUndefined();
      }),
    );
  });

  it('verifiers are equal only where they are, and an empty one never is', () => {
    const [a, b] = [verifierOf('a'), verifierOf('b')];
    expect(sameVerifier(a, a)).toBe(true);
    for (const [one, other] of [
      [a, b],
      [a, a.slice(2)],
      ['', ''],
      ['zz', 'zz'],
    ]) {
      expect(sameVerifier(one ?? '', other ?? '')).toBe(false);
    }
  });

  it('takes whole secrets out of a text, wherever they stand', () => {
    const { secret } = mintSecret('kill');
    expect(withoutSecrets(`a "${secret}",${secret} b`)).toBe('a "", b');
    expect(withoutSecrets('turnout_kill_ is how they begin')).toBe('turnout_kill_ is how they begin');
  });
});
