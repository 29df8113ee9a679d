import { describe, expect, test } from 'vitest';
import {
  readRule,
  readTags,
  sayLasts,
  sayRule,
  sayTerms,
  sayWhen,
  sayWhere,
  toField,
  writeRule,
} from './tell-freeze.ts';

describe('A rule', () => {
  test.each([
    ['0 17 * * 5', 'every Friday from 17:00'],
    ['30 6 * * 1,4', 'every Monday and Thursday from 06:30'],
    ['0 0 * * *', 'every day from 00:00'],
    ['0 0 * * 7', 'every Sunday from 00:00'],
    ['0 0 1 * *', 'by the rule 0 0 1 * *'],
    ['FREQ=WEEKLY;BYDAY=FR', 'by the rule FREQ=WEEKLY;BYDAY=FR'],
  ])('%s is “%s”', (rule, words) => {
    expect(sayRule(rule)).toBe(words);
  });

  test('is written for days and a time, and read again', () => {
    expect(writeRule(['5'], '17:00')).toBe('0 17 * * 5');
    expect(writeRule(['1', '4'], '06:30')).toBe('30 6 * * 1,4');
    expect(writeRule(['1', '2', '3', '4', '5', '6', '0'], '00:00')).toBe('0 0 * * *');
    expect(writeRule([], '17:00')).toBeUndefined();
    expect(writeRule(['5'], '')).toBeUndefined();
    expect(readRule('30 6 * * 1,4')).toEqual({ days: ['1', '4'], time: '06:30' });
    expect(readRule('0 0 1 * *')).toBeUndefined();
    expect(readRule(null)).toBeUndefined();
  });
});

test('How long it lasts is said in words', () => {
  expect(['63h', '1d', '90m'].map(sayLasts)).toEqual(['63 hours', '1 day', '90 minutes']);
});

test('When it comes is said with the clock that it goes by', () => {
  const [from, to] = [new Date(2026, 10, 27, 17), new Date(2026, 10, 30, 8)];
  const once = { rule: null, zone: 'UTC', from: from.toISOString(), to: to.toISOString(), lasts: null };
  expect(sayWhen(once)).toMatch(/^Fri.? 27 Nov.*17:00 – Mon.? 30 Nov.*08:00$/);
  expect(sayWhen({ ...once, rule: '0 17 * * 5', zone: 'Europe/Zurich', lasts: '63h', to: null })).toBe(
    'every Friday from 17:00, for 63 hours, on the clock of Europe/Zurich',
  );
  expect(toField(to)).toBe('2026-11-30T08:00');
});

test('Where it holds is said with the flags that it is for', () => {
  expect(sayWhere({ environments: null, tags: null })).toBe('the whole project');
  expect(sayWhere({ environments: ['production'], tags: ['checkout', 'cart'] }, () => 'Production')).toBe(
    'Production, flags tagged checkout or cart',
  );
});

test('What becomes of rollouts and who may pass is said in whole sentences', () => {
  expect(sayTerms({ inFlight: 'hold', overrideBy: null })).toEqual(['Rollouts stand still.', 'Nobody passes.']);
  expect(sayTerms({ inFlight: 'finish-stage', overrideBy: 'release-manager' })).toEqual([
    'Rollouts finish the stage that they are in.',
    'Release managers and admins pass with a reason.',
  ]);
  expect(sayTerms({ inFlight: 'hold', overrideBy: 'admin' })[1]).toBe('Admins pass with a reason.');
});

test('Tags are read as somebody types them', () => {
  expect(readTags(' checkout, cart ,checkout,')).toEqual(['checkout', 'cart']);
  expect([readTags(undefined), readTags(' , ')]).toEqual([null, null]);
});
