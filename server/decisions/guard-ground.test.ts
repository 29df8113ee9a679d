import { expect, it } from 'vitest';
import type { EntryEvidence } from '../metrics/evidence.ts';
import { at, GUARDS, HOUR, MINUTE, metric } from './decide.fixture.ts';
import { measuredUnits } from './guard-ground.ts';
import { entry, judge, withoutControl } from './judge-one.fixture.ts';

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

const OLD = at(HOUR - 20 * MINUTE).toISOString();
const FULL = 'More came in than may be measured: what came in the last 20 minutes is left out.';
const SILENT = 'Nothing was reported for 20 minutes.';

it.each(['errors', 'latency', 'budget', 'split'] as const)('%s says whether too much came or nothing did', (name) => {
  const full = judge(
    GUARDS[name],
    entry((own) => Object.assign(own, { newestAt: OLD, full: true })),
  );
  expect(full).toMatchObject({ verdict: 'no-data', action: 'hold' });
  expect([full.because, full.reason].every((says) => says.includes(FULL))).toBe(true);
  const silent = judge(
    GUARDS[name],
    entry((own) => Object.assign(own, { newestAt: OLD })),
  );
  expect(silent.because.startsWith(SILENT)).toBe(true);
});

it('too much that came is told by guards of the same teller, as long as it failed nobody and is old', () => {
  const page = { source: 'signed', newestAt: OLD, exposed: { treatment: 5_000, control: 5_000, to: 5_000 } } as const;
  const ofPages = (full: Partial<EntryEvidence>, own: object) =>
    judge(GUARDS.errors, (scene) => {
      scene.evidence.metrics['checkout.error'] = { ...metric('checkout.error', 'rate'), source: 'client' };
      Object.assign(scene.evidence.entry!, full, { pages: { ...page, ...own } });
    });
  expect(ofPages({}, { full: true }).because).toContain(FULL);
  expect(ofPages({ full: true }, {}).because).toContain(SILENT);
  const fresh = judge(
    GUARDS.errors,
    entry((own) => Object.assign(own, { full: true })),
  );
  expect(fresh).toMatchObject({ verdict: 'pass', action: 'advance' });
  const failed = judge(GUARDS.budget, (scene) => {
    withoutControl(scene);
    Object.assign(scene.evidence.entry!, { newestAt: OLD, full: true });
    scene.evidence.entry!.metrics['http.5xx']!.absolute = { [10 * MINUTE]: { bad: 100, good: 900, restarts: [] } };
  });
  expect(failed).toMatchObject({ verdict: 'fail', action: 'rollBack' });
});
