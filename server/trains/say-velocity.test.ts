import { expect, it } from 'vitest';
import { sayVelocity } from './say-velocity.ts';
import type { Velocity } from './train.ts';

const train = (rule: string): Velocity => ({ kind: 'train', rule, zone: 'Europe/Zurich' });

it.each<[Velocity, string]>([
  [train('0 10 * * 3'), 'Wednesdays at 10:00, Europe/Zurich'],
  [train('5 9 * * 2,4'), 'Tuesdays and Thursdays at 09:05, Europe/Zurich'],
  [train('0 9 * * MON-FRI'), 'Working days at 09:00, Europe/Zurich'],
  [train('0 9 * * WED,0'), 'Wednesdays and Sundays at 09:00, Europe/Zurich'],
  [train('0 9 * * *'), 'Every day at 09:00, Europe/Zurich'],
  [train('0 9 1 * *'), 'By the rule 0 9 1 * *, Europe/Zurich'],
  [train('RRULE:FREQ=WEEKLY;BYDAY=WE;BYHOUR=10;BYMINUTE=0'), 'Wednesdays at 10:00, Europe/Zurich'],
  [
    train('FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;BYHOUR=10;BYMINUTE=0'),
    'By the rule FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;BYHOUR=10;BYMINUTE=0, Europe/Zurich',
  ],
  [{ kind: 'critical-mass', changes: 1, longestWaitMs: null }, 'When 1 change is ready'],
  [
    { kind: 'critical-mass', changes: 5, longestWaitMs: 2 * 86_400_000 },
    'When 5 changes are ready, or 2d after the first came aboard',
  ],
  [{ kind: 'deadline', at: '2026-12-01T10:00:00+02:00' }, 'Once, on 2026-12-01 at 08:00 UTC'],
  [{ kind: 'continuous' }, 'Each change as soon as it is ready'],
])('tells in words when %j leaves', (velocity, expected) => {
  expect(sayVelocity(velocity)).toBe(expected);
});
