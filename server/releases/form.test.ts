import { describe, expect, it } from 'vitest';
import type { FlagInEnvironment } from '../flags/flag-store.ts';
import { readTurnout } from '../transfer/read-turnout.ts';
import { writeTurnout } from '../transfer/write-turnout.ts';
import { bodyHash, exportedForm, formOf, hashOfServed, isOff, readBody, servedHash, writeBody } from './form.ts';

const flag: FlagInEnvironment['flag'] = {
  ...{ id: 1, projectId: 1, key: 'cart', type: 'string', variants: { z: 'Z', a: 'A' }, clientVisible: true },
  ...{ metadata: null, name: 'Cart', description: '', owner: '', tags: [], kind: 'release', signalKill: false },
  ...{ archived: false, version: 3, createdAt: new Date(0) },
};
const rule = { id: 'r1', if: { segment: 'staff' }, serve: { variant: 'a' } };
const configuration: FlagInEnvironment['configuration'] = {
  ...{ flagId: 1, environmentId: 1, state: 'on', killed: false, offVariant: 'z', prerequisites: [], rules: [rule] },
  ...{
    fallthrough: { variant: 'z' },
    salts: {},
    shedAt: null,
    maxStalenessMs: null,
    whenStale: null,
    run: null,
    version: 1,
  },
};
const place = { flag, configuration, environment: { id: 1, key: 'production', shedLevel: 0 } };

describe('a form', () => {
  it('is what an export of the environment says of the flag, to the byte', () => {
    const { document } = writeTurnout([place], []);
    expect(JSON.stringify(exportedForm(formOf(place)))).toBe(JSON.stringify((document.flags as { cart: object }).cart));
    expect(readTurnout(document, new Map()).flags[0]?.configuration).toEqual(formOf(place).configuration);
  });

  it('is at the anchor of a live run, without the rule that the run has put there', () => {
    const audienceRule = { id: 'run', if: { segment: 'beta' }, serve: { variant: 'a' } };
    const run = { target: 'fallthrough', serve: { variant: 'a' }, audienceRule, run: null };
    const grown = { ...configuration, fallthrough: { variant: 'a' }, rules: [rule, audienceRule] };
    const anchor = { variant: 'z' };
    expect(formOf({ flag, configuration: grown }, { wrote: run, anchor })).toEqual(formOf(place));
    expect(formOf({ flag, configuration: grown }, { wrote: null, anchor }).configuration.rules).toHaveLength(2);
  });

  it('comes back from its text as it went, with its variants in the order of their author', () => {
    const form = formOf(place);
    expect(readBody(writeBody(form))).toEqual(form);
    expect(Object.keys(readBody(writeBody(form)).content.variants)).toEqual(['z', 'a']);
    expect(bodyHash(form)).not.toBe(bodyHash(formOf({ ...place, flag: { ...flag, variants: { a: 'A', z: 'Z' } } })));
  });

  it('is served the same whatever it is called, killed or not, measured or not', () => {
    const served = servedHash('cart', formOf(place));
    const renamed = { ...flag, name: 'Basket', description: 'x', owner: 'me', tags: ['t'], version: 9 };
    expect(servedHash('cart', formOf({ flag: renamed, configuration: { ...configuration, killed: true } }))).toBe(
      served,
    );
    const inRuleset = {
      ...{ key: 'cart', type: 'string' as const, variants: flag.variants, state: 'on' as const, killed: true as const },
      ...{ offVariant: 'z', prerequisites: [], rules: [rule], fallthrough: { variant: 'z' }, clientVisible: true },
    };
    expect(hashOfServed(inRuleset)).toBe(served);
    for (const other of [{ fallthrough: { variant: 'a' } }, { shedAt: 1 as const }, { state: 'off' as const }]) {
      expect(servedHash('cart', formOf({ flag, configuration: { ...configuration, ...other } }))).not.toBe(served);
    }
  });

  it('is off where nobody gets anything but the off variant', () => {
    expect(isOff(formOf(place))).toBe(false);
    expect(isOff(formOf({ flag, configuration: { ...configuration, state: 'off' } }))).toBe(true);
  });
});
