import { describe, expect, it } from 'vitest';
import { type Arrival, cookieWayOf, readSessionCookie, refuseForeign, writeSessionCookie } from './session-cookie.ts';

const arrival = (headers: Record<string, string>, over: Partial<Arrival> = {}): Arrival => ({
  ...{ method: 'POST', socketAddress: '127.0.0.1', header: (name) => headers[name] },
  ...over,
});
const HTTPS = { name: '__Host-turnout', origin: 'https://flags.test', secure: true };
const ELSEWHERE = 'https://turnout.example.com';
const SECRET = 'A'.repeat(43);

describe('the cookie of a session', () => {
  it('is for https alone where PUBLIC_URL says so, whatever the request says of itself', () => {
    for (const headers of [{}, { host: 'localhost' }, { host: 'evil.test' }]) {
      expect(cookieWayOf('https://flags.test/below', arrival(headers))).toEqual(HTTPS);
    }
    expect(writeSessionCookie(HTTPS, SECRET, 60)).toBe(
      `__Host-turnout=${SECRET}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  it.each(['localhost:8420', '127.0.0.1:8420', '127.8.8.8', '[::1]:8420', 'LOCALHOST'])(
    'travels in plain from this machine to %s',
    (host) => {
      for (const socketAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
        const way = cookieWayOf(undefined, arrival({ host }, { socketAddress }));
        expect(way).toEqual({ name: 'turnout', origin: `http://${host.toLowerCase()}`, secure: false });
      }
    },
  );

  it.each([
    ['from another machine', { host: 'localhost' }, { socketAddress: '192.0.2.1' }],
    ['to another name', { host: 'turnout.example.com' }, {}],
    ['to a name that only begins like ours', { host: 'localhost.evil.test' }, {}],
    ['to an address that only begins like ours', { host: '127.0.0.1.evil.test' }, {}],
    ['to no name', {}, {}],
    ['through a proxy on this machine', { host: 'localhost', 'x-forwarded-for': '192.0.2.1' }, {}],
    [
      'through a proxy that says nothing',
      { host: 'localhost', 'sec-fetch-site': 'same-origin', origin: ELSEWHERE },
      {},
    ],
    ['through a proxy that says only how it was reached', { host: 'localhost', 'x-forwarded-proto': 'https' }, {}],
  ])('travels in plain no further: %s', (_title, headers, over) => {
    expect(cookieWayOf(undefined, arrival(headers, over))).toBeUndefined();
    expect(cookieWayOf('http://turnout.test', arrival(headers, over))).toBeUndefined();
  });

  it('is read by its name, in its form, among others', () => {
    expect(readSessionCookie(HTTPS, `a=b; __Host-turnout=${SECRET}; c=d`)).toBe(SECRET);
    for (const header of [undefined, '', `turnout=${SECRET}`, `x__Host-turnout=${SECRET}`, '__Host-turnout=short']) {
      expect(readSessionCookie(HTTPS, header)).toBeUndefined();
    }
  });

  it.each([
    ['POST', { 'sec-fetch-site': 'same-origin' }, true],
    ['POST', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, true],
    ['POST', { 'sec-fetch-site': 'cross-site', origin: 'https://flags.test' }, false],
    ['DELETE', { 'sec-fetch-site': 'same-site' }, false],
    ['PATCH', { 'sec-fetch-site': 'none' }, false],
    ['POST', { origin: 'https://flags.test' }, true],
    ['POST', { origin: 'https://flags.test.evil.test' }, false],
    ['POST', { origin: 'null' }, false],
    ['POST', {}, false],
    ['GET', {}, true],
    ['GET', { 'sec-fetch-site': 'none' }, true],
    ['GET', { 'sec-fetch-site': 'cross-site' }, false],
  ])('%s with %j is ours: %s', (method, headers, isOurs) => {
    const refuse = () => refuseForeign(arrival(headers, { method }), HTTPS, true);
    if (isOurs) expect(refuse).not.toThrow();
    else expect(refuse).toThrow(expect.objectContaining({ code: 'cross_site' }));
  });
});
