import { expect, test } from 'vitest';
import { OVER, queriesOf, readView } from './view.ts';

test('what an address does not say, or says wrongly, is everything', () => {
  expect(readView({})).toEqual({ state: '', on: '', flag: '' });
  expect(readView({ state: 'constructor', flag: ' a ' })).toEqual({ state: '', on: '', flag: 'a' });
});

test.each([
  ['', 'live', OVER],
  ['live', 'live', undefined],
  ['paused', 'paused', undefined],
  ['finished', undefined, 'finished'],
  ['back', undefined, 'rolledBack,killed'],
  ['ended', undefined, 'ended'],
] as const)('asks for the states of the view “%s”', (state, live, over) => {
  expect(queriesOf({ state, on: '', flag: '' })).toEqual({ live, over, rest: {} });
});

test('asks for one environment and one flag', () => {
  expect(queriesOf({ state: '', on: 'production', flag: 'a' }).rest).toEqual({ environment: 'production', flag: 'a' });
});
