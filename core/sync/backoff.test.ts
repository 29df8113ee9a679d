import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

const ALMOST_ONE = 1 - 2 ** -32;

describe('the wait before the next attempt', () => {
  it('is drawn from the whole range below a bound that doubles up to 30 s', () => {
    const low = new Backoff(() => 0);
    const high = new Backoff(() => ALMOST_ONE);
    const bounds = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
    for (const bound of bounds) {
      expect(low.afterFailure()).toBe(50);
      expect(high.afterFailure()).toBeCloseTo(bound, 3);
    }
    for (let i = 0; i < 5_000; i++) high.afterFailure();
    expect(high.afterFailure()).toBeLessThanOrEqual(30_000);
  });

  it('begins anew once things went well', () => {
    const backoff = new Backoff(() => ALMOST_ONE);
    for (let i = 0; i < 10; i++) backoff.afterFailure();
    backoff.succeed();
    expect(backoff.afterFailure()).toBeCloseTo(1_000, 3);
  });

  it('is what the server advised for the first loss, and jitter where it did not or where losses follow each other', () => {
    const backoff = new Backoff(() => ALMOST_ONE);
    expect(backoff.afterLoss()).toBeCloseTo(1_000, 3);
    backoff.succeed();
    backoff.advise(1_234);
    expect(backoff.afterLoss()).toBe(1_234);
    expect(backoff.afterLoss()).toBeCloseTo(2_000, 3);
  });

  it('is what a goodbye asks for, within bounds', () => {
    const backoff = new Backoff(() => 0.5);
    expect(backoff.afterLoss(2_500)).toBe(2_500);
    expect(backoff.afterLoss(0)).toBe(50);
    expect(backoff.afterLoss(1e12)).toBe(300_000);
  });

  it('is at least what a server asks for that is too busy, and not the same for all whom it asked', () => {
    expect(new Backoff(() => 0).afterFailure(5_000)).toBe(5_050);
    expect(new Backoff(() => ALMOST_ONE).afterFailure(5_000)).toBeGreaterThan(5_900);
    expect(new Backoff(() => 0).afterFailure(1e12)).toBe(300_050);
  });

  it('is long after a refused key, longer each time, and never for ever', () => {
    for (const random of [0, ALMOST_ONE]) {
      const backoff = new Backoff(() => random);
      const waits = Array.from({ length: 20 }, () => backoff.afterRefusal());
      expect(waits[0]).toBeGreaterThanOrEqual(15_000);
      expect(waits[5]).toBeGreaterThan(waits[0] as number);
      expect(Math.max(...waits)).toBeLessThanOrEqual(310_000);
    }
  });
});
