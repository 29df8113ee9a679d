import { expect, test } from 'vitest';
import { readPlan } from './read-plan.ts';

test('Without a word everything runs on both sets of flags', () => {
  expect(readPlan([])).toMatchObject({ sets: ['shop', 'large'], seconds: 3, keep: false });
  expect(readPlan(['bulk', 'evaluate']).scenarios).toEqual(['evaluate', 'bulk']);
});

test('Another server is asked what any OFREP server answers, beside the small set', () => {
  const plan = readPlan(['--target', 'http://127.0.0.1:8016/', '--key', 'k', '--flags', 'a,b']);
  expect(plan.target).toEqual({ name: '127.0.0.1:8016', url: 'http://127.0.0.1:8016', key: 'k', flagKeys: ['a', 'b'] });
  expect(plan).toMatchObject({ scenarios: ['evaluate', 'bulk'], sets: ['shop'] });
  expect(() => readPlan(['admin', '--target', 'http://127.0.0.1:8016'])).toThrow('only: evaluate, bulk');
});

test('What cannot be done is refused with what could', () => {
  expect(() => readPlan(['fly'])).toThrow('evaluate');
  expect(() => readPlan(['--seconds', '61'])).toThrow('1 to 60');
  expect(() => readPlan(['--set', 'huge'])).toThrow('shop, large');
  expect(() => readPlan(['--target', 'ftp://x'])).toThrow('http://');
  expect(() => readPlan(['--key', 'k'])).toThrow('--target');
});
