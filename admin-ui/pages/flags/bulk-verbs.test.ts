import { describe, expect, test } from 'vitest';
import type { Here } from '../../client/here.ts';
import { asksWhy, type BulkVerb, mayBulk, tagsAfter } from './bulk-verbs.ts';
import { askWords, doneWords } from './bulk-words.ts';

const yes = { yes: true };
const no = { yes: false, why: 'It needs an approval.' };
const production = {
  ...{ key: 'production', name: 'Production', protected: true, roles: [], rights: [], reasonRequired: true },
  may: { read: yes, safe: yes, grow: no, kill: yes, restore: yes, admin: no },
};
const staging = { ...production, key: 'staging', name: 'Staging', protected: false, reasonRequired: false };
const project: Here['project'] = {
  key: 'shop',
  name: 'Shop',
  demo: false,
  roles: [],
  rights: ['read'],
  environments: [staging, production],
};
const here: Here = { project, environment: production };

describe('Many flags at once', () => {
  test('may be what one of them may be, and the reason is told where not', () => {
    expect(mayBulk(here, 'off')).toEqual(yes);
    expect(mayBulk(here, 'kill')).toEqual(yes);
    expect(mayBulk(here, 'on')).toEqual(no);
    expect(mayBulk(here, 'tag')).toMatchObject({ yes: false, why: expect.stringContaining('editor') });
    const editor: Here['project'] = { ...project, rights: ['change'] };
    expect(mayBulk({ ...here, project: editor }, 'tag')).toEqual(yes);
    // What comes or goes everywhere is judged where it is hardest, wherever one looks.
    const refused = { yes: false, why: 'In Staging: It needs an approval.' };
    expect(mayBulk({ project: editor, environment: staging }, 'archive')).toEqual(refused);
    const open = { ...staging, may: { ...staging.may, grow: yes } };
    expect(mayBulk({ project: { ...editor, environments: [open] }, environment: open }, 'archive')).toEqual(yes);
  });

  test.each<[BulkVerb, boolean, boolean]>([
    ['on', true, false],
    ['off', true, false],
    // A kill waits for nobody to find words.
    ['kill', false, false],
    ['archive', true, true],
    ['unarchive', true, true],
    ['tag', false, false],
  ])('%s asks why in production: %s, in staging: %s', (verb, inProduction, inStaging) => {
    expect(asksWhy(here, verb)).toBe(inProduction);
    expect(asksWhy({ project, environment: staging }, verb)).toBe(inStaging);
  });

  test.each<[BulkVerb, string, string[]]>([
    ['tag', 'c', ['a', 'b', 'c']],
    ['tag', 'a', ['a', 'b']],
    ['untag', 'a', ['b']],
    ['untag', 'z', ['a', 'b']],
  ])('%s of %s keeps the other tags', (verb, tag, after) => expect(tagsAfter(['a', 'b'], verb, tag)).toEqual(after));

  test('are asked about and told of in words', () => {
    expect(askWords('kill', 1, here)).toBe('Kill 1 flag in Production?');
    expect(askWords('archive', 1_200, here)).toBe('Archive 1,200 flags?');
    expect(doneWords('off', 12, here)).toBe('12 flags are off in Production.');
    expect(doneWords('tag', 1, here)).toBe('1 flag is tagged.');
  });
});
