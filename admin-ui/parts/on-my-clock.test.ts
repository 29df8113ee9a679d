import { expect, test } from 'vitest';
import { onMyClock } from './on-my-clock.ts';
import { sayMoment } from './say-moment.ts';

test('A sentence of the server is told on the clock of whoever looks, however exact it is', () => {
  const at = sayMoment('2026-12-02T05:00:00Z');
  expect(onMyClock('Boarding until 2026-12-02 05:00 UTC.')).toBe(`Boarding until ${at}.`);
  expect(onMyClock('So it waits until 2026-12-02T05:00:47.191Z, for all to see.')).toBe(
    `So it waits until ${at}, for all to see.`,
  );
  expect(onMyClock('From 2026-12-02T05:00:00Z to 2026-12-02 05:00 UTC.')).toBe(`From ${at} to ${at}.`);
  expect(onMyClock('Not open yet.')).toBe('Not open yet.');
});
