import { expect, it } from 'vitest';
import { isRefusal, sayStatus } from './refusal.ts';

it.each([401, 403])('an answer of %i says that it is the key which is refused', (status) => {
  expect(isRefusal(status)).toBe(true);
  expect(sayStatus(status)).toBe(`the server refused the key with ${status}`);
});

it.each([404, 429, 500, 503])('an answer of %i says nothing of the key', (status) => {
  expect(isRefusal(status)).toBe(false);
  expect(sayStatus(status)).toBe(`the server answered ${status}`);
});
