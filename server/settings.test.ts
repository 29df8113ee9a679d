import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { listSettings } from './settings.ts';

it('every setting is in the one table of docs/operations.md, with its default and its meaning, and no other is', () => {
  const text = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
  const [, settings = ''] = text.split(/^## /m);
  expect(settings).toMatch(/^Settings/);
  const rows = settings.split('\n').filter((line) => line.startsWith('| `'));
  const wanted = listSettings().map(({ name, initial, meaning }) => {
    return `| \`${name}\` | ${initial === '' ? '' : `\`${initial}\``} | ${meaning} |`;
  });
  expect(rows).toEqual(wanted);
});
