import { expect, test } from 'vitest';
import { pickTouched } from './pick-touched.ts';

const was = { name: 'Checkout', flags: ['a'], tags: null };

test.each([
  [{ name: 'Checkout', flags: ['a'], tags: null }, {}],
  [{ name: 'Till', flags: ['a'], tags: null }, { name: 'Till' }],
  [{ name: 'Checkout', flags: null, tags: null }, { flags: null }],
  [
    { name: 'Checkout', flags: ['a', 'b'], tags: ['x'] },
    { flags: ['a', 'b'], tags: ['x'] },
  ],
])('Of %j only what was touched is sent', (given, touched) => {
  expect(pickTouched(was, given)).toEqual(touched);
});
