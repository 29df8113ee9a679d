import type { InstanceShown } from '@turnout/server/contracts';
import { describe, expect, it } from 'vitest';
import { arrangeFleet, behindBy, laterHead, readView, shortPosition } from './arrange-fleet.ts';

const app = (host: string, state: InstanceShown['state'], sdk = 'node/1.0.0'): InstanceShown => ({
  ...{ host, state, sdk, instance: `id-of-${host}`, key: 'k1', source: 'stream', position: 'abcdef.7' },
  ...{ overlays: [], unsupported: [], lastSeen: '2026-01-01T00:00:00.000Z', silentMs: 0, node: 'n1' },
});
const fleet = [
  app('web-10', 'live'),
  app('web-2', 'live', 'python/0.3'),
  app('job-1', 'lost'),
  app('api-1', 'laggard'),
];
const hosts = (query: Record<string, string>) =>
  arrangeFleet(fleet, readView(query)).map(({ name, items }) => [name, ...items.map(({ host }) => host)].join(' '));

describe('the fleet as it is shown', () => {
  it.each([
    ['those that need somebody first, and then by host', {}, [' api-1 job-1 web-2 web-10']],
    ['one state', { state: 'live' }, [' web-2 web-10']],
    ['what has all the words', { q: 'WEB python' }, [' web-2']],
    ['groups by SDK', { by: 'sdk' }, ['node/1.0.0 api-1 job-1 web-10', 'python/0.3 web-2']],
    [
      'everything, where the address says what nobody knows',
      { state: 'odd', by: 'odd' },
      [' api-1 job-1 web-2 web-10'],
    ],
    ['nothing', { q: 'nobody' }, []],
  ])('is %s', (_title, query, expected) => {
    expect(hosts(query as Record<string, string>)).toEqual(expected);
  });
});

describe('how far an app is behind', () => {
  it.each([
    ['a.7', 'a.7', 0],
    ['a.5', 'a.7', 2],
    ['a.8', 'a.7', 0],
    ['b.9', 'a.7', 'epoch'],
    [null, 'a.7', 'nothing'],
    ['a.7', undefined, undefined],
  ])('%s of %s is %s', (position, head, expected) => {
    expect(behindBy(position, head)).toBe(expected);
  });

  it('is measured by the later of what an answer and the news say', () => {
    expect([
      laterHead('a.9', 'a.8'),
      laterHead('a.8', 'a.9'),
      laterHead('a.9', 'b.1'),
      laterHead(undefined, 'a.1'),
    ]).toEqual(['a.9', 'a.9', 'b.1', 'a.1']);
    expect(shortPosition('abcdef.12')).toBe('12');
  });
});
