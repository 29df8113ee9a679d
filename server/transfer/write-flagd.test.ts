import { FlagdCore } from '@openfeature/flagd-core';
import { type Condition, type Context, compile, evaluate, type JsonValue, type Serve } from '@turnout/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Configuration, initialConfiguration, servedFlag } from '../flags/configuration.ts';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { anyDocument } from './any-flagd.fixture.ts';
import { importDocument, rulesetOf } from './flagd-differential.fixture.ts';
import { readFlagd } from './read-flagd.ts';
import { writeFlagd } from './write-flagd.ts';

const content = {
  ...{ type: 'boolean' as const, variants: { on: true, off: false } as Record<string, JsonValue>, name: '', owner: '' },
  ...{ description: '', tags: [], kind: 'release' as const, clientVisible: false, metadata: null, signalKill: false },
};

/** A flag as the store would read it. */
function placed(key: string, over: Partial<Configuration> & { killed?: boolean }, of = content): FlagInEnvironment {
  const configuration = {
    ...initialConfiguration(of.variants),
    state: 'on' as const,
    killed: false,
    run: null,
    ...over,
  };
  return {
    flag: { ...of, key, id: 1, projectId: 1, archived: false, version: 1, createdAt: new Date(0) },
    configuration: { ...configuration, flagId: 1, environmentId: 1, salts: {}, version: 1 },
    environment: { id: 1, key: 'e', shedLevel: 0 },
  };
}
const rule = (condition: Condition, serve: Serve = { variant: 'on' }) => [{ id: 'r', if: condition, serve }];
const test = (
  op: 'equals' | 'contains' | 'startsWith' | 'endsWith' | 'exists',
  ...values: (string | number | boolean)[]
) => ({
  ...{ attribute: 'a', op, values },
});

describe('an export to flagd', () => {
  it('of what was imported answers as before, for every context', () => {
    fc.assert(
      fc.property(anyDocument, ({ document, contexts }) => {
        const given: JsonValue = JSON.parse(JSON.stringify(document));
        const { compiled } = importDocument(given);
        const places = readFlagd(given).flags.map((flag) =>
          placed(flag.key, flag.configuration, flag.content as typeof content),
        );
        const { document: written, notExported } = writeFlagd(places);
        expect(notExported.filter(({ reason }) => !reason.includes('itself does not find'))).toEqual([]);
        const again = importDocument(JSON.parse(JSON.stringify(written)));
        expect(again.notImported).toEqual([]);
        for (const key of again.compiled.flags.keys()) {
          for (const context of contexts) {
            const [was, is] = [evaluate(compiled, key, context), evaluate(again.compiled, key, context)];
            expect([key, context, is.value, is.variant]).toEqual([key, context, was.value, was.variant]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of our own tests is what flagd answers too, also where an attribute is a list', () => {
    const conditions: Record<string, Condition> = {
      equals: test('equals', 'x', 5, true),
      text: test('equals', 'x', 'y'),
      exists: test('exists'),
      not: { not: test('equals', 'x') },
      all: { all: [test('exists'), test('equals', 'x', 'xy')] },
      any: { any: [test('equals', 'x'), { all: [] }] },
    };
    const places = Object.entries(conditions).map(([key, condition]) =>
      placed(key, { rules: rule(condition), fallthrough: { variant: 'off' } }),
    );
    const { document, notExported } = writeFlagd(places);
    expect(notExported).toEqual([]);
    const quiet = { error() {}, warn() {}, info() {}, debug() {} };
    const port = new FlagdCore(undefined, quiet);
    port.setConfigurations(JSON.stringify(document));
    const ours = compile(rulesetOf(places.map(({ flag, configuration }) => servedFlag(flag, configuration))));
    const values: JsonValue[] = [
      'x',
      'xy',
      'ax',
      5,
      '5',
      true,
      'true',
      null,
      '',
      [],
      ['x'],
      ['b', 'xy'],
      [5],
      [null],
      { x: 1 },
      0,
    ];
    for (const key of Object.keys(conditions)) {
      for (const context of [{}, ...values.map((a) => ({ a }))] as Context[]) {
        const theirs = port.resolveBooleanEvaluation(key, false, context as never);
        expect([key, context, theirs.variant]).toEqual([key, context, evaluate(ours, key, context).variant]);
      }
    }
  });

  it.each<[string, Partial<Configuration> & { killed?: boolean }, string]>([
    [
      'its own hash',
      { fallthrough: { split: { by: 'targetingKey', salt: 's', of: 1, slices: [[0, 1, 'on']] } } },
      'drawn anew',
    ],
    ['prerequisites', { prerequisites: [{ flag: 'x', variants: ['on'] }] }, 'no prerequisites'],
    ['a segment', { rules: rule({ segment: 'staff' }) }, 'the segment “staff”'],
    ['an off variant that is served', { state: 'off' }, 'gives nothing'],
    ['a kill with one too', { killed: true }, 'gives nothing'],
    ['numbers compared', { rules: rule({ attribute: 'a', op: 'lt', values: [1] }) }, 'means otherwise'],
    ['a text that may be in a list', { rules: rule(test('startsWith', 'x')) }, 'means otherwise'],
    ['a literal path', { rules: rule({ attribute: 'a.b', op: 'exists', values: [] }) }, 'literal key'],
    ['letters of any case', { rules: rule({ attribute: 'a', op: 'equals', values: ['x'], ignoreCase: true }) }, 'case'],
    ['shedding', { shedAt: 1 }, 'shed'],
    ['a coded default in a rule', { rules: rule({ all: [] }, { coded: true }) }, 'leaves the value to the app'],
  ])('lists %s', (_title, over, reason) => {
    expect(writeFlagd([placed('f', over)]).notExported).toEqual([
      { flag: 'f', reason: expect.stringContaining(reason) },
    ]);
  });

  it('says what it leaves out of a flag that it writes', () => {
    const of = { ...content, clientVisible: true };
    expect(
      writeFlagd([placed('f', { offVariant: null, whenStale: 'off', maxStalenessMs: 5 }, of)]).notes.map(
        ({ note }) => note,
      ),
    ).toEqual(['clientVisible is not said in flagd', 'what holds while clients are stale is not said in flagd']);
    const killed = writeFlagd([placed('f', { offVariant: null, killed: true })]);
    expect(killed.document.flags).toMatchObject({ f: { state: 'DISABLED' } });
  });
});
