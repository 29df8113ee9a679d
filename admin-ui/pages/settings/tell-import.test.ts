import { expect, test } from 'vitest';
import { changesAnything, tellImport } from './tell-import.ts';

const flag = (effect: 'created' | 'changed' | 'unchanged') => ({ key: 'a', effect });
const left = (name: string) => ({ flag: name, reason: 'it computes' });
const none = { environment: 'production', segments: [], flags: [], notImported: [] };

test.each([
  [{ dryRun: true }, 'There is no flag in this file.'],
  [{ dryRun: true, flags: [flag('created')] }, '1 of 1 flag can be carried over into Production: 1 would be made.'],
  [
    { dryRun: false, flags: [flag('created'), flag('changed'), flag('unchanged')], notImported: [left('x')] },
    '3 of 4 flags carried over into Production: 1 made, 1 changed, 1 as in the file already.',
  ],
  [{ dryRun: true, notImported: [left('x')] }, '0 of 1 flag can be carried over into Production.'],
  [
    { dryRun: true, flags: [flag('changed')], notImported: [left('segment s')] },
    '1 of 1 flag can be carried over into Production: 1 would be changed.',
  ],
])('An import of %j is told as “%s”', (report, words) => {
  expect(tellImport({ ...none, ...report }, 'Production')).toBe(words);
});

test('An import that finds everything as it should be changes nothing', () => {
  expect(changesAnything({ flags: [flag('unchanged')], segments: [] })).toBe(false);
  expect(changesAnything({ flags: [flag('unchanged')], segments: [{ key: 's', effect: 'created' }] })).toBe(true);
});
