import { describe, expect, it } from 'vitest';
import { isInTime, isSignedBy, readSignature, signatureOf } from './check-signature.ts';

const body = Buffer.from('{"a":1}');
const NOW = new Date('2026-01-31T12:00:00.000Z');
const seconds = NOW.getTime() / 1_000;
const hex = (secret: string, at = seconds, over = body) => signatureOf(secret, at, over).toString('hex');
const isGood = (header: string, secrets = ['one']) => {
  const read = readSignature(header);
  return read !== undefined && isInTime(read, NOW) && isSignedBy(secrets, read, body);
};

describe('signatures of deliveries', () => {
  it('are HMAC-SHA-256 over the time, a dot and the body', () => {
    // Made with: printf '1769860800.{"a":1}' | openssl dgst -sha256 -hmac one
    expect(hex('one')).toBe('c8f9c1571d06a46f9248208ae4af132f95c8ea19f16df33ab02893e9a87ec52f');
    expect(isGood(`t=${seconds},v1=${hex('one')}`)).toBe(true);
    expect(isGood(` t=${seconds} , v1=${hex('one').toUpperCase()}`)).toBe(true);
  });

  it('are good for five minutes before and after their time', () => {
    for (const [away, good] of [
      [300, true],
      [-300, true],
      [301, false],
      [-301, false],
    ] as const) {
      expect([away, isGood(`t=${seconds + away},v1=${hex('one', seconds + away)}`)]).toEqual([away, good]);
    }
  });

  it('may be of either secret while one takes over, on both sides', () => {
    expect(isGood(`t=${seconds},v1=${hex('two')}`, ['one', 'two'])).toBe(true);
    expect(isGood(`t=${seconds},v1=${hex('three')},v1=${hex('two')}`, ['one', 'two'])).toBe(true);
    expect(isGood(`t=${seconds},v1=${hex('three')}`, ['one', 'two'])).toBe(false);
    expect(isGood(`t=${seconds},v1=${hex('one')}`, [])).toBe(false);
  });

  it.each([
    ['another body', `t=${seconds},v1=${hex('one', seconds, Buffer.from('{}'))}`],
    ['another time', `t=${seconds + 1},v1=${hex('one')}`],
    ['no time', `v1=${hex('one')}`],
    ['a time that is none', `t=soon,v1=${hex('one')}`],
    ['too short a signature', `t=${seconds},v1=${hex('one').slice(2)}`],
    ['more signatures than anybody sends', `t=${seconds}${`,v1=${hex('one')}`.repeat(5)}`],
    ['nothing', ''],
  ])('are refused with %s', (_title, header) => {
    expect(isGood(header)).toBe(false);
  });
});
