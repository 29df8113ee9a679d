import type { JsonValue } from '@turnout/core';
import { expect, it } from 'vitest';
import { tellChange } from '../changes/tell-change.ts';
import { sourceTeller } from './tell-source.ts';

const tell = (before: JsonValue, after: JsonValue) =>
  tellChange(
    { action: 'source.put', kind: 'source', key: 'prom', before, after, places: [], undoes: null, erased: false },
    [sourceTeller],
  );
const open = { kind: 'prometheus', url: 'https://a.example', auth: 'none', user: null, secretSetAt: null };
const closed = { ...open, auth: 'bearer', secretSetAt: '2026-01-31T12:00:00.000Z' };

it('says of a source what it asks, what changed of it, and when its secret did', () => {
  expect(tell(null, open)).toBe('source prom: asks https://a.example');
  expect(tell(null, closed)).toBe('source prom: asks https://a.example, with a secret');
  expect(tell(open, { ...open, url: 'https://b.example' })).toBe(
    'source prom: url https://a.example → https://b.example',
  );
  expect(tell(open, closed)).toBe('source prom: auth none → bearer, a new secret');
  expect(tell(closed, { ...closed, secretSetAt: '2026-02-01T12:00:00.000Z' })).toBe('source prom: a new secret');
  expect(tell(closed, open)).toBe('source prom: auth bearer → none, without a secret');
  expect(tell(closed, null)).toBe('source prom: deleted');
});
