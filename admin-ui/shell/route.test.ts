import { describe, expect, test } from 'vitest';
import { readRoute, writeRoute } from './route.ts';

describe('An address', () => {
  test.each([
    [
      '/p/demo/flags',
      '?q=cart&env=production',
      { page: 'flags', params: { project: 'demo' }, query: { q: 'cart', env: 'production' } },
    ],
    ['/p/demo/flags/new-cart/', '', { page: 'flag', params: { project: 'demo', flag: 'new-cart' }, query: {} }],
    ['/p/demo/settings/members', '', { page: 'settings', params: { project: 'demo', section: 'members' }, query: {} }],
    ['/p/demo/flags/a%20b', '', { page: 'flag', params: { project: 'demo', flag: 'a b' }, query: {} }],
  ])('%s%s is read', (path, search, route) => {
    expect(readRoute(path, search)).toEqual(route);
  });

  test.each(['/', '/p/demo', '/p//flags', '/p/demo/flags/a/b', '/p/demo/flags/%E0%A4%A', '/nowhere'])(
    '%s leads to no page',
    (path) => {
      expect(readRoute(path, '')).toBeUndefined();
    },
  );

  test('is written as it is read, and empty words are left out', () => {
    const address = writeRoute('flag', { project: 'a b', flag: 'x.y' }, { tab: 'rules', q: '' });
    expect(address).toBe('/p/a%20b/flags/x.y?tab=rules');
    const [path = '', search] = address.split('?');
    expect(readRoute(path, `?${search}`)).toEqual({
      ...{ page: 'flag', params: { project: 'a b', flag: 'x.y' }, query: { tab: 'rules' } },
    });
  });
});
