import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { type HeldLease, Lease, type LeaseStore } from './lease.ts';

/** A store that says what the test wants, and a clock that stands still until it is moved. */
function world() {
  let at = 0;
  let isFree = true;
  let token = 0;
  let isAway = false;
  const ask = () => {
    if (isAway) throw new Error('away');
  };
  const store: LeaseStore = {
    take: async () => {
      ask();
      if (!isFree) return undefined;
      isFree = false;
      token++;
      return { name: 'l', token };
    },
    renew: async (lease: HeldLease) => {
      ask();
      return !isFree && lease.token === token;
    },
    release: async () => {
      isFree = true;
    },
  };
  const clock: Clock = { now: () => new Date(at), monotonic: () => at };
  const lease = new Lease({ store, clock, log: { info: () => undefined, warn: () => undefined }, ms: 1_000 });
  return {
    ...{ lease, store },
    wait: (ms: number) => {
      at += ms;
    },
    goAway: (away: boolean) => {
      isAway = away;
    },
    takenByAnother: () => {
      token++;
    },
    isFree: () => isFree,
  };
}

describe('a lease', () => {
  it('is held from when it is taken, and as long as it is renewed', async () => {
    const { lease, wait } = world();
    expect(lease.held()).toBeUndefined();
    await lease.ask();
    expect(lease.held()).toEqual({ name: 'l', token: 1 });
    wait(999);
    await lease.ask();
    wait(999);
    expect(lease.held()).toEqual({ name: 'l', token: 1 });
  });

  it('is not believed in beyond its time where it could not be renewed', async () => {
    const { lease, wait, goAway } = world();
    await lease.ask();
    goAway(true);
    wait(1_000);
    await lease.ask();
    expect(lease.held()).toBeUndefined();
    goAway(false);
    await lease.ask();
    expect(lease.held()).toEqual({ name: 'l', token: 1 });
  });

  it('is gone where another node took it, and is not taken back from it', async () => {
    const { lease, takenByAnother } = world();
    await lease.ask();
    takenByAnother();
    await lease.ask();
    expect(lease.held()).toBeUndefined();
  });

  it('is let go at the end, and not asked for again', async () => {
    const { lease, isFree } = world();
    await lease.ask();
    await lease.close();
    expect([lease.held(), isFree()]).toEqual([undefined, true]);
    await lease.ask();
    expect(isFree()).toBe(true);
  });
});
