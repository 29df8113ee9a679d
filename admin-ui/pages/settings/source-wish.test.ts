import type { SourceAnswer } from '@turnout/server/contracts';
import { expect, it } from 'vitest';
import { type WantedSource, wishForSource } from './source-wish.ts';

const [HERE, BELOW, AWAY] = ['https://p.example', 'https://p.example/below', 'https://elsewhere.example'];
const setAt = '2026-01-01T00:00:00.000Z';
const source = (auth: SourceAnswer['auth']): SourceAnswer => ({
  ...{ key: 'prometheus', kind: 'prometheus', url: HERE, auth, version: 3 },
  ...{ createdBy: 'root', createdAt: setAt },
});
const [bearer, ada, ben] = [
  { kind: 'bearer', setAt },
  { kind: 'basic', user: 'ada', setAt },
  { kind: 'basic', user: 'ben' },
] as const;

it.each<[string, SourceAnswer['auth'], WantedSource, object, RegExp | undefined]>([
  [
    'nothing where nobody asks for one',
    { kind: 'none' },
    { url: AWAY, auth: { kind: 'none' }, hasSecret: false },
    { kind: 'none' },
    undefined,
  ],
  [
    'that it is entered again at another host',
    bearer,
    { url: AWAY, auth: { kind: 'bearer' }, hasSecret: true },
    { kind: 'none' },
    /^The token is not in the request.*enter it again here once that is applied/,
  ],
  [
    'that it stays at the same host',
    bearer,
    { url: BELOW, auth: { kind: 'bearer' }, hasSecret: false },
    { kind: 'bearer' },
    /^The stored token stays, for it goes to the same host/,
  ],
  [
    'that a new one is not in the request',
    bearer,
    { url: BELOW, auth: { kind: 'bearer' }, hasSecret: true },
    { kind: 'bearer' },
    /^The stored token stays meanwhile.*enter it again/,
  ],
  [
    'that another name takes its password anew',
    ada,
    { url: BELOW, auth: ben, hasSecret: true },
    { kind: 'none' },
    /^The password is not in the request/,
  ],
])('what waits for a second administrator holds no secret, and says %s', (_title, stored, wanted, auth, says) => {
  const wish = wishForSource(source(stored), wanted);
  const body = { kind: 'prometheus', url: wanted.url, auth };
  expect(wish.items).toEqual([{ method: 'PUT', path: '/sources/prometheus', body, base: 3 }]);
  expect(wish.says ?? '').toMatch(says ?? /^$/);
});
