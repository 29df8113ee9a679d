import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagWith, rulesetWith, segmentWith } from '../evaluate/ruleset.fixture.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { applyPatch } from './apply-patch.ts';
import { diffRulesets } from './diff.ts';
import { rulesets } from './rulesets.fixture.ts';
import type { Patch } from './wire.ts';

/** As it is after it went over the wire. */
const sent = (patch: Patch): Patch => JSON.parse(JSON.stringify(patch));

const people = (count: number, prefix = 'u') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** An object with a member that is called __proto__. */
const withProto = <T>(value: T): Record<string, T> => Object.fromEntries([['__proto__', value]]);

describe('a patch', () => {
  it('applied to what it begins at gives what it ends at, for any two rulesets', () => {
    fc.assert(
      fc.property(rulesets, rulesets, (a, b) => {
        expect(applyPatch(a, sent(diffRulesets(a, b, [])))).toEqual(b);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the order of keys of a server, whatever came and went', () => {
    fc.assert(
      fc.property(rulesets, rulesets, (a, b) => {
        const inOrder = (record: object) =>
          Object.keys(Object.fromEntries(Object.entries(record).sort(([x], [y]) => (x < y ? -1 : 1))));
        const after = applyPatch(a, diffRulesets(a, b, []));
        if (after.flags !== a.flags) expect(Object.keys(after.flags)).toEqual(inOrder(b.flags));
        if (after.segments !== a.segments) expect(Object.keys(after.segments)).toEqual(inOrder(b.segments));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps the identity of every flag and segment that it does not name', () => {
    const a = rulesetWith({ f: flagWith(), g: flagWith() }, { segments: { s: segmentWith(), t: segmentWith() } });
    const b = { ...a, revision: 2, flags: { ...a.flags, g: flagWith({ state: 'off' }) } };
    const c = { ...b, revision: 3, segments: { s: a.segments.s!, t: segmentWith({ included: ['x'] }) } };
    const second = applyPatch(a, sent(diffRulesets(a, b, [])));
    expect(second.flags.f).toBe(a.flags.f);
    expect(second.segments).toBe(a.segments);
    const third = applyPatch(second, sent(diffRulesets(b, c, [])));
    expect(third.flags).toBe(second.flags);
    expect(third.segments.s).toBe(a.segments.s);
    expect(third).toEqual(c);
  });

  it('names nothing of what is equal, though read anew', () => {
    const a = rulesetWith({ f: flagWith() }, { segments: { s: segmentWith() } });
    const patch = diffRulesets(a, { ...structuredClone(a), revision: 2 }, []);
    expect(patch).toEqual({
      from: 'x.1',
      to: 'x.2',
      flags: {},
      removedFlags: [],
      segments: {},
      removedSegments: [],
      settles: [],
    });
  });

  it('never reads what is the same object on both sides', () => {
    const untouchable = new Proxy(flagWith(), {
      ownKeys: () => {
        throw new Error('read');
      },
    });
    const a = rulesetWith({ f: untouchable, g: flagWith() });
    const b = { ...a, revision: 2, flags: { f: untouchable, g: flagWith({ state: 'off' }) } };
    expect(Object.keys(diffRulesets(a, b, []).flags)).toEqual(['g']);
  });

  it('carries fields that nobody knows', () => {
    const unknown = Object.assign(flagWith(), { later: [{ and: 'deeper' }] });
    const a = { ...rulesetWith({ f: flagWith() }), whole: 1 };
    const b = { ...rulesetWith({ f: unknown }, { revision: 2 }), whole: 1 };
    expect(applyPatch(a, sent(diffRulesets(a, b, [])))).toEqual(b);
  });

  it('treats a flag called __proto__ like any other', () => {
    const a = rulesetWith(withProto(flagWith()));
    const b = rulesetWith(withProto(flagWith({ killed: true })), { revision: 2 });
    const patch = diffRulesets(a, b, []);
    expect(Object.keys(patch.flags)).toEqual(['__proto__']);
    expect(patch.urgent).toBe(true);
    const after = applyPatch(a, sent(patch));
    expect(Object.entries(after.flags)).toEqual(Object.entries(b.flags));
    const gone = applyPatch(after, sent(diffRulesets(after, rulesetWith({}, { revision: 3 }), [])));
    expect(Object.keys(gone.flags)).toEqual([]);
  });

  it('is refused by a ruleset at another place and by one that it does not fit', () => {
    const a = rulesetWith({}, { segments: { s: segmentWith({ included: people(100) }) } });
    const b = { ...a, revision: 2, segments: { s: segmentWith({ included: people(101) }) } };
    const patch = diffRulesets(a, b, []);
    expect(() => applyPatch({ ...a, revision: 7 }, patch)).toThrow('does not fit');
    expect(() => applyPatch({ ...a, segments: {} }, patch)).toThrow('not there');
    expect(() => applyPatch(a, { ...patch, to: 'nowhere' })).toThrow('no position');
  });
});

describe('the members of a segment', () => {
  const between = (before: Partial<Ruleset['segments'][string]>, after: Partial<Ruleset['segments'][string]>) => {
    const a = rulesetWith({}, { segments: { s: segmentWith(before) } });
    const b = rulesetWith({}, { revision: 2, segments: { s: segmentWith(after) } });
    const patch = sent(diffRulesets(a, b, []));
    expect(applyPatch(a, patch)).toEqual(b);
    return patch.segments.s;
  };

  it('travel by what came and went where the list is large', () => {
    const list = people(1000);
    expect(between({ included: list }, { included: [...list.slice(1), 'new'] })).toEqual({
      members: { included: { added: ['new'], removed: ['u0'] } },
    });
    expect(between({ included: list, excluded: ['x'] }, { included: list, excluded: [] })).toEqual({
      members: { excluded: { added: [], removed: ['x'] } },
    });
  });

  it('stay sorted where they are sorted', () => {
    const list = people(1000).sort();
    const after = [...list, 'm', 'u5005', 'z'].sort();
    expect(between({ included: list }, { included: after })).toEqual({
      members: { included: { added: ['m', 'u5005', 'z'], removed: [] } },
    });
  });

  it('travel whole where the list is small, most of it changed, its order changed or anything else did', () => {
    const list = people(1000);
    const isWhole = (after: Partial<Ruleset['segments'][string]>, before = list) =>
      expect(between({ included: before }, after)).toHaveProperty('whole');
    isWhole({ included: ['u0'] }, ['u1']);
    isWhole({ included: people(1000, 'v') });
    isWhole({ included: [...list].reverse() });
    isWhole({ included: [...list, 'u0'] });
    isWhole({ included: [...list, 'new'], by: 'account' });
    isWhole({ included: [...list, 'new'], if: { attribute: 'a', op: 'exists', values: [] } });
  });
});

describe('what else a patch says', () => {
  const a = rulesetWith({ f: flagWith(), g: flagWith({ killed: true }) }, { shedLevel: 1 });
  const after = (changes: Partial<Ruleset>, settles: string[] = []) =>
    diffRulesets(a, { ...a, revision: 2, ...changes }, settles);

  it('the shed level only where it changed', () => {
    expect(after({})).not.toHaveProperty('shedLevel');
    expect(after({ shedLevel: 0 }).shedLevel).toBe(0);
  });

  it('urgent for a kill, for entries that end and for a shed level that rises, and for nothing else', () => {
    expect(after({ flags: { ...a.flags, f: flagWith({ killed: true }) } }).urgent).toBe(true);
    expect(after({ flags: { ...a.flags, h: flagWith({ killed: true }) } }).urgent).toBe(true);
    expect(after({}, ['id']).urgent).toBe(true);
    expect(after({ shedLevel: 2 }).urgent).toBe(true);
    expect(after({ shedLevel: 0 })).not.toHaveProperty('urgent');
    expect(after({ flags: { f: flagWith({ state: 'off' }), g: flagWith() } })).not.toHaveProperty('urgent');
    expect(after({ flags: { ...a.flags, g: flagWith({ killed: true, state: 'off' }) } })).not.toHaveProperty('urgent');
  });
});
