import { expect, it } from 'vitest';
import type { EntryEvidence } from '../metrics/evidence.ts';
import { measuredUnits } from './guard-ground.ts';

const APPS: EntryEvidence = {
  ...{ run: 'r', entry: 1, newestAt: null, metrics: {} },
  exposed: { treatment: 10, control: 20, to: 15 },
};
const pages = (source: 'signed' | 'open') => ({
  pages: { source, newestAt: '2026-01-01T00:00:00Z', exposed: { treatment: 4_000_000, control: 1_000_000, to: 0 } },
});

it.each<[string, EntryEvidence | undefined, number]>([
  ['nobody before anything is measured', undefined, 0],
  ['those of apps', APPS, 35],
  ['those of pages where they are more and tokens vouch for them', { ...APPS, ...pages('signed') }, 5_000_000],
  ['not those that anybody can make up', { ...APPS, ...pages('open') }, 35],
])('units that take room are %s', (_title, entry, units) => {
  expect(measuredUnits(entry)).toBe(units);
});
