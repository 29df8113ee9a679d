import { expect, test } from 'vitest';
import type { May } from '../../client/me.ts';
import { mayDraft, mayEdit } from './may-edit.ts';

const yes = { yes: true };
const no = (why: string) => ({ yes: false, why });

test.each<[string, May, May, boolean, RegExp]>([
  ['an editor', yes, yes, true, /^$/],
  ['a viewer', no('A viewer changes nothing.'), no('No.'), false, /^A viewer changes nothing\.$/],
  ['a killer', yes, no('It needs an editor.'), false, /^It needs an editor\. Whoever .* as that\.$/],
])('what %s may change', (_who, safe, grow, can, why) => {
  const may = mayEdit({ may: { read: yes, kill: yes, restore: grow, admin: yes, safe, grow } });
  expect(may.yes).toBe(can);
  expect(may.why ?? '').toMatch(why);
});

test('what only an approved request changes is typed all the same, and asked for', () => {
  const grow = { ...no('It needs an approved request.'), asks: true as const };
  const may = { read: yes, kill: yes, restore: grow, admin: yes, safe: yes, grow };
  expect(mayEdit({ may }).yes).toBe(false);
  expect(mayDraft({ may })).toEqual({ yes: true, asks: true });
  expect(mayDraft({ may: { ...may, grow: no('It needs an editor.') } }).yes).toBe(false);
});
