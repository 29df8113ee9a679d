import { describe, expect, test } from 'vitest';
import { EMPTY_DRAFT, type FlagDraft, findFaults, keyFault, withType, writeDraft } from './flag-draft.ts';

const taken = new Set(['new-cart']);
const draft = (more: Partial<FlagDraft>): FlagDraft => ({ ...EMPTY_DRAFT, key: 'search', ...more });

describe('A key', () => {
  test.each(['a', '_x', '9.lives-of_a', 'constructor', 'a'.repeat(128)])('may be %s', (key) => {
    expect(keyFault(key, taken)).toBeUndefined();
  });
  test.each([
    ['', 'needs a key'],
    ['-a', 'Letters'],
    ['a b', 'Letters'],
    ['ä', 'Letters'],
    ['__proto__', 'Letters'],
    ['a'.repeat(129), 'Letters'],
    ['new-cart', 'There is a flag'],
  ])('may not be %s', (key, why) => expect(keyFault(key, taken)).toContain(why));
});

describe('What is typed of a new flag', () => {
  test.each<[string, Partial<FlagDraft>, string[]]>([
    ['a boolean flag needs nothing more', {}, []],
    ['a number', { type: 'number', variants: [{ name: 'few', text: ' 1e2 ' }] }, []],
    ['no number', { type: 'number', variants: [{ name: 'few', text: '"1"' }] }, ['/variants/0']],
    ['no JSON', { type: 'object', variants: [{ name: 'a', text: '{"a":' }] }, ['/variants/0']],
    ['a list', { type: 'object', variants: [{ name: 'a', text: '[]' }] }, ['/variants/0']],
    ['any text', { type: 'string', variants: [{ name: 'a', text: '{"a":' }] }, []],
    ['nothing', { type: 'string', variants: [] }, ['/variants']],
    [
      'a name twice, and one without',
      {
        type: 'string',
        variants: [
          { name: 'a', text: '' },
          { name: 'a', text: '' },
          { name: '', text: '' },
        ],
      },
      ['/variants/1', '/variants/2'],
    ],
    ['a key that is taken', { key: 'new-cart' }, ['/key']],
  ])('%s', (_what, more, paths) => expect(Object.keys(findFaults(draft(more), taken))).toEqual(paths));

  test('is sent as values of the type, and without what nobody said', () => {
    const typed = draft({
      ...{ type: 'object', tags: ' checkout, ,app,checkout ', owner: 'payments' },
      variants: [
        { name: '__proto__', text: '{}' },
        { name: 'on', text: '{"rows": 2}' },
      ],
    });
    expect(JSON.parse(JSON.stringify(writeDraft(typed, ' ')))).toMatchObject({
      ...{ key: 'search', type: 'object', kind: 'release', owner: 'payments', tags: ['checkout', 'app'] },
      variants: { on: { rows: 2 } },
    });
    expect(writeDraft(draft({}), ' why ')).toMatchObject({ reason: 'why' });
    expect(writeDraft(draft({}), '')).not.toHaveProperty('variants');
    expect(writeDraft(draft({}), '')).not.toHaveProperty('reason');
  });

  test('begins anew with another type, for values of one type are none of another', () => {
    expect(withType(draft({}), 'number').variants).toEqual([
      { name: 'off', text: '0' },
      { name: 'on', text: '1' },
    ]);
    expect(findFaults(withType(draft({}), 'object'), taken)).toEqual({});
    expect(withType(withType(draft({}), 'number'), 'boolean').variants).toEqual([]);
  });
});
