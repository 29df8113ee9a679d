import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLogged, logEdit, logLike, logSegment, readContent } from './segment.ts';

const member = fc.oneof(
  fc.string({ minLength: 1, maxLength: 4 }),
  fc.constantFrom('__proto__', 'constructor', '1', '01'),
);
const content = fc
  .record({
    name: fc.constantFrom('', 'Staff'),
    by: fc.constantFrom('targetingKey', 'email'),
    included: fc.array(member, { maxLength: 6 }),
    excluded: fc.array(member, { maxLength: 3 }),
    if: fc.constantFrom(null, { segment: 'x' }),
  })
  .map((fields) => readContent(fields));

describe('an entry of the log about a segment', () => {
  it('leads from either side to the other', () => {
    fc.assert(
      fc.property(content, content, (was, is) => {
        // What is logged is read back as JSON.
        const { before, after } = JSON.parse(JSON.stringify(logEdit(was, is)));
        expect(logSegment(applyLogged(was, after))).toEqual(logSegment(is));
        expect(logSegment(applyLogged(is, before))).toEqual(logSegment(was));
        expect(logLike(is, after)).toEqual(after);
        expect(logLike(was, before)).toEqual(before);
      }),
    );
  });

  it('leaves alone what it does not name', () => {
    const was = readContent({ included: ['a', 'b'], name: 'One' });
    const { after } = logEdit(was, readContent({ included: ['b', 'c'], name: 'One' }));
    const now = readContent({ included: ['a', 'b', 'd'], name: 'Two', if: { segment: 'x' } });
    expect(applyLogged(now, after)).toEqual({ ...now, included: ['b', 'c', 'd'] });
  });
});

it('members are a set in the order of code units', () => {
  expect(readContent({ included: ['b', 'a', 'b', 'Z'] }).included).toEqual(['Z', 'a', 'b']);
});
