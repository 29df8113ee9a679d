import { expect, test } from 'vitest';
import { Refusal } from '../../client/problem.ts';
import { type Outcome, runEach, undoEach } from './run-each.ts';

const keys = Array.from({ length: 10 }, (_, at) => `flag-${at}`);
const refuse = (detail: string) => new Refusal({ title: 'No', status: 409, code: 'wrong_state', detail });

test('Many are done a few at a time, and one that fails stops nobody', async () => {
  let under = 0;
  let most = 0;
  const outcomes = await runEach(keys, {
    act: async (key) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 2));
      under--;
      if (key === 'flag-3') throw refuse('It is a prerequisite of cart.');
      return async () => key;
    },
    onDone: () => true,
  });
  expect(most).toBe(4);
  expect(outcomes.map(({ key }) => key).sort()).toEqual(keys);
  expect(outcomes.filter(({ refusal }) => refusal).map(({ key, refusal }) => [key, refusal?.message])).toEqual([
    ['flag-3', 'It is a prerequisite of cart.'],
  ]);
});

test('Whoever stops it waits for those on the way, and no other one is begun', async () => {
  const outcomes = await runEach(keys, { act: async () => undefined, onDone: (done) => done.length < 2 });
  expect(outcomes.length).toBeGreaterThanOrEqual(2);
  expect(outcomes.length).toBeLessThan(keys.length);
});

test('What was done is taken back one by one, the last first, and what could not be is told', async () => {
  const back: string[] = [];
  const done: Outcome[] = [
    { key: 'a', undo: async () => back.push('a') },
    { key: 'b', refusal: refuse('It was not done.') },
    { key: 'c', undo: async () => back.push('c') },
    { key: 'e' },
    { key: 'd', undo: () => Promise.reject(refuse('Somebody changed it since.')) },
  ];
  await expect(undoEach(done)).rejects.toThrow('1 of 3 stayed as they were: d: Somebody changed it since.');
  expect(back).toEqual(['c', 'a']);
  await expect(undoEach(done.slice(0, 3))).resolves.toBeUndefined();
});
