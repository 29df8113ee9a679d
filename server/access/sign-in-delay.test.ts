import { describe, expect, it } from 'vitest';
import { networkOf } from './client-address.ts';
import { SignInDelay } from './sign-in-delay.ts';

/** A delay on a clock that only its own pauses and `later` move. */
function delay() {
  let at = 0;
  const slept: number[] = [];
  const clock = { now: () => new Date(at), monotonic: () => at };
  const slow = new SignInDelay(clock, async (ms) => {
    slept.push(ms);
    at += ms;
  });
  return {
    slow,
    slept,
    later: (ms: number) => {
      at += ms;
    },
    /** How long a try waits: the pause, or what it is told to wait. */
    wait: async (login: string, address: string, succeeds = false): Promise<number> => {
      const before = at;
      try {
        const attempt = await slow.admit(login, address);
        if (succeeds) attempt.succeeded();
        return at - before;
      } catch (error) {
        const { extra } = error as { extra: { retryAfterSeconds: number } };
        return extra.retryAfterSeconds * 1_000;
      }
    },
  };
}

describe('the delay before a password is looked at', () => {
  it('is none for the first mistakes of an address, then grows, and has an end', async () => {
    const { wait, later } = delay();
    const waits: number[] = [];
    for (let at = 0; at < 14; at++) {
      // A login of its own each time, so that no account is guessed at twice.
      const refused = await wait(`login-${at}`, '192.0.2.1');
      waits.push(refused);
      later(refused);
      if (refused > 0) await wait(`again-${at}`, '192.0.2.1');
    }
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    const grown = waits.slice(5);
    expect(grown.every((ms, at) => ms >= (grown[at - 1] ?? 1))).toBe(true);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(waits.at(-1)).toBeGreaterThan(10_000);
  });

  it('1,000 wrong passwords from elsewhere keep the owner out for a second at most, whose address has no failures', async () => {
    const { wait } = delay();
    for (let at = 0; at < 1_000; at++) await wait('ada', '192.0.2.1');
    const waited = await wait('ada', '198.51.100.7', true);
    expect(waited).toBeLessThanOrEqual(1_000);
  });

  it('1,000 wrong passwords from 1,000 addresses keep the owner out for a second at most, and not at all where they signed in before', async () => {
    const { wait } = delay();
    await wait('ada', '198.51.100.7', true);
    for (let at = 0; at < 1_000; at++) await wait('ADA', `10.0.${at >> 8}.${at & 255}`);
    expect(await wait('ada', '203.0.113.9', true)).toBeLessThanOrEqual(1_000);
    expect(await wait('ada', '198.51.100.7', true)).toBe(0);
  });

  it('many tries at once are no way around it', async () => {
    const { slow } = delay();
    const tries = Array.from({ length: 100 }, (_, at) => slow.admit(`login-${at}`, '192.0.2.1'));
    const admitted = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
    expect(admitted.length).toBeLessThanOrEqual(5);
  });

  it('signing in rightly again and again is never slowed down', async () => {
    const { wait } = delay();
    for (let at = 0; at < 100; at++) expect(await wait('ada', '192.0.2.1', true)).toBe(0);
  });

  it('failures are forgotten by and by', async () => {
    const { wait, later } = delay();
    for (let at = 0; at < 30; at++) await wait(`login-${at}`, '192.0.2.1');
    expect(await wait('ada', '192.0.2.1')).toBeGreaterThan(0);
    later(24 * 3_600_000);
    expect(await wait('ada', '192.0.2.1')).toBe(0);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
