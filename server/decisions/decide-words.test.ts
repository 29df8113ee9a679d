import { expect, it } from 'vitest';
import { sayAlone, sayCount, sayDuration, sayMany, sayNumber, sayShare, sayStage } from './decide-words.ts';

it.each([
  [0, '0 seconds'],
  [1_000, '1 second'],
  [59_400, '59 seconds'],
  [60_000, '1 minute'],
  [90_000, '90 seconds'],
  [14 * 60_000, '14 minutes'],
  [90 * 60_000, '90 minutes'],
  [3_600_000, '1 hour'],
  [42 * 3_600_000, '42 hours'],
  [7 * 86_400_000, '7 days'],
])('says %i ms as %s', (ms, said) => {
  expect(sayDuration(ms)).toBe(said);
});

it('says counts, shares and values with no more digits than tell something', () => {
  expect([999, 2130, 1_000_000].map(sayCount)).toEqual(['999', '2,130', '1,000,000']);
  expect([sayMany(1, 'unit'), sayMany(2130, 'unit')]).toEqual(['1 unit', '2,130 units']);
  expect([0.003, 0.12345, 1 / 3].map(sayShare)).toEqual(['0.3 %', '12.3 %', '33.3 %']);
  expect([0.4, 123.456, Number.NaN].map(sayNumber)).toEqual(['0.4', '123.5', 'NaN']);
});

it('says a reason without the word for what is done', () => {
  expect(sayAlone('Pauses: guard errors failed. 9 of 9.')).toBe('Guard errors failed. 9 of 9.');
  expect(sayAlone('Pauses: The flag is off: nobody gets it.')).toBe('The flag is off: nobody gets it.');
  expect(sayAlone('Somebody paused it.')).toBe('Somebody paused it.');
});

it('says a stage by its name and by whom it serves', () => {
  const stage = { bakeMs: 0, gates: [], approvals: [] };
  expect(sayStage({ ...stage, exposure: 5_000, name: 'canary' })).toBe('canary (5 %)');
  expect(sayStage({ ...stage, audience: 'staff', name: 'staff' })).toBe('staff');
  expect(sayStage({ ...stage, audience: 'staff', exposure: 12_500 })).toBe('staff and 12.5 %');
});
