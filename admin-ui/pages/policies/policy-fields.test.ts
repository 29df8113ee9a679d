import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SAMPLE } from '../../../server/policies/sample.fixture.ts';
import { readYaml } from '../../../server/policies/yaml-document.ts';
import { type Fields, valueAt, withValueAt } from './document-tree.ts';
import {
  APPROVAL,
  type Field,
  FRAME,
  GATES,
  GUARDS,
  gateKindOf,
  guardKindOf,
  kinds,
  STAGE,
  STAGE_MORE,
} from './policy-fields.ts';
import { type As, readTyped, writeTyped } from './typed-value.ts';

const sample = readYaml(SAMPLE).value as Fields & {
  guards: Fields[];
  gates: Fields[];
  path: { stages: (Fields & { approvals?: Fields[] })[] }[];
};

/** Every place of a value that holds no more fields, as a field of the form would name it. */
function placesIn(value: Fields, before = ''): string[] {
  return Object.entries(value).flatMap(([name, held]) => {
    const at = `${before}${name}`;
    const isDeeper = typeof held === 'object' && held !== null && !Array.isArray(held) && name !== 'signal';
    return isDeeper ? placesIn(held as Fields, `${at}/`) : [at];
  });
}

const covers = (fields: readonly Field[], more: readonly string[]) => new Set([...fields.map(({ at }) => at), ...more]);
const guardsFields = (guard: Fields) => GUARDS[guardKindOf(guard) ?? 'signal'].fields;
const gateFields = (gate: Fields) => GATES[gateKindOf(gate) ?? 'check'].fields;

/** Parts of a policy that uses everything, the fields for each, and what is drawn by something else than a field. */
const PARTS: [string, Fields, readonly Field[], string[]][] = [
  ['the terms', sample, FRAME, ['key', 'path', 'guards', 'gates']],
  ...sample.guards.map((one): [string, Fields, readonly Field[], string[]] => [
    `the guard ${String(one.id)}`,
    one,
    guardsFields(one),
    ['id', 'kind'],
  ]),
  ...sample.gates.map((one): [string, Fields, readonly Field[], string[]] => [
    `the gate ${String(one.id)}`,
    one,
    gateFields(one),
    ['id'],
  ]),
  ...sample.path.flatMap(({ stages }) =>
    stages.map((one): [string, Fields, readonly Field[], string[]] => [
      'a stage',
      one,
      [...STAGE, ...STAGE_MORE],
      ['gates', 'approvals'],
    ]),
  ),
  ...sample.path.flatMap(({ stages }) =>
    stages.flatMap(({ approvals = [] }) =>
      approvals.map((one): [string, Fields, readonly Field[], string[]] => ['an approval', one, APPROVAL, []]),
    ),
  ),
];

test.each(PARTS)(
  '%s has a field for all that it says, and typing it again says the same',
  (_name, part, fields, more) => {
    const covered = covers(fields, more);
    expect(placesIn(part).filter((at) => !covered.has(at) && !covered.has(at.split('/')[0] ?? ''))).toEqual([]);
    let typed: unknown = part;
    for (const field of fields) {
      const path = field.at.split('/');
      const value = valueAt(part, path);
      if (field.as === 'choice') {
        if (value !== undefined) expect(field.choices?.map((one) => one.value)).toContain(value);
        continue;
      }
      if (field.as === 'tick') continue;
      const shown = writeTyped(value, field.as);
      expect(shown, field.at).toBeDefined();
      typed = withValueAt(typed, path, readTyped(shown ?? '', field.as));
    }
    expect(typed).toEqual(part);
  },
);

test('every kind has a sample that the form knows as that kind', () => {
  for (const kind of kinds(GUARDS)) expect(guardKindOf(GUARDS[kind].begin)).toBe(kind);
  for (const kind of kinds(GATES)) expect(gateKindOf(GATES[kind].begin)).toBe(kind);
  expect(guardKindOf({ kind: 'other' })).toBeUndefined();
  expect(gateKindOf({ id: 'x' })).toBeUndefined();
});

test.each<[string, As, unknown]>([
  ['', 'number', undefined],
  ['  5 ', 'number', 5],
  ['0,125', 'number', 0.125],
  ['1.', 'number', 1],
  ['5%', 'number', '5%'],
  [' 30m ', 'text', '30m'],
  [
    'severity=critical\n service = checkout \n\nalone',
    'labels',
    { severity: 'critical', service: 'checkout', alone: '' },
  ],
  ['a=b=c', 'labels', { a: 'b=c' }],
])('typing %j as %s is %j', (typed, as, value) => {
  expect(readTyped(typed, as)).toEqual(value);
});

test.each<[unknown, As]>([
  [{ exposure: 5 }, 'number'],
  [true, 'text'],
  [' padded ', 'text'],
  [{ severity: 3 }, 'labels'],
  [{ 'a=b': 'c' }, 'labels'],
  [{ a: 'b\nc' }, 'labels'],
  ['severity', 'labels'],
])('%j has no field as %s: it stays as it is in the text', (value, as) => {
  expect(writeTyped(value, as)).toBeUndefined();
});

test('what a field shows is what it reads', () => {
  const values = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.dictionary(fc.string(), fc.string()),
  );
  fc.assert(
    fc.property(values, fc.constantFrom<As>('text', 'labels'), (value, as) => {
      const shown = writeTyped(value, as);
      if (shown === undefined || typeof value === 'number') return;
      expect(readTyped(shown, as) ?? '').toEqual(
        typeof value === 'object' && Object.keys(value).length === 0 ? '' : value,
      );
    }),
  );
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0)),
      (value) => {
        expect(readTyped(writeTyped(value, 'number') ?? '', 'number')).toBe(value);
      },
    ),
  );
});
