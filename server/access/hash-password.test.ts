import { describe, expect, it } from 'vitest';
import { PasswordHashing } from './hash-password.ts';

describe('passwords', () => {
  it('are known again by what is stored, which is other each time and says how it was made', async () => {
    const hashing = new PasswordHashing();
    const [one, other] = await Promise.all([hashing.hash('a password'), hashing.hash('a password')]);
    expect(one).toMatch(/^scrypt\$ln=15,r=8,p=3\$/);
    expect(one).not.toBe(other);
    expect(await hashing.verify('a password', one)).toBe(true);
    expect(await hashing.verify('a Password', one)).toBe(false);
  });

  it('are the same however their letters are put together', async () => {
    const hashing = new PasswordHashing();
    expect(await hashing.verify('caf\u00e9 au lait', await hashing.hash('cafe\u0301 au lait'))).toBe(true);
  });

  it('that nobody stored are never right, after the same work', async () => {
    const hashing = new PasswordHashing();
    const stored = await hashing.hash('a password');
    await hashing.verify('warm', null);
    const took = async (hash: string | null) => {
      const from = performance.now();
      expect(await hashing.verify('another one', hash)).toBe(false);
      return performance.now() - from;
    };
    // No tight time: without the work it would be a hundredth.
    expect(await took(null)).toBeGreaterThan((await took(stored)) / 5);
  });

  it('stored with other costs are still known', async () => {
    const hashing = new PasswordHashing();
    // Of "a password", by N=2^10, r=8, p=1.
    const older = 'scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$hS1Or_EOwXgmosJ20rWOwRLPJfD2HizXkbuZa6YVh24';
    expect(await hashing.verify('a password', older)).toBe(true);
    expect(await hashing.verify('another', older)).toBe(false);
  });

  it('are worked on two at once; the rest waits, and beyond a bound is told to come again', async () => {
    const hashing = new PasswordHashing({ atOnce: 2, mostWaiting: 3 });
    const asked = Array.from({ length: 8 }, () => hashing.hash('a password'));
    const settled = await Promise.allSettled(asked);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const one of settled) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'busy' });
    expect(await hashing.verify('a password', await hashing.hash('a password'))).toBe(true);
  });
});
