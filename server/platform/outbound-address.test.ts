import { expect, it } from 'vitest';
import {
  describeBadAddress,
  hostOf,
  isAllowedTarget,
  isPublicAddress,
  readAllowedTargets,
} from './outbound-address.ts';

it.each([
  ['8.8.8.8', true],
  ['193.5.216.100', true],
  ['2606:4700::1111', true],
  ['2a00:1450:4001:81b::200e', true],
  ['127.0.0.1', false],
  ['127.255.255.254', false],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['192.0.0.1', false],
  ['198.18.0.1', false],
  ['224.0.0.1', false],
  ['240.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::127.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['::ffff:0:8.8.8.8', false],
  ['64:ff9b::10.0.0.1', false],
  ['64:ff9b::808:808', false],
  ['64:ff9b:1::1', false],
  ['2002:7f00:1::', false],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fec0::1', false],
  ['fc00::1', false],
  ['fd12:3456::1', false],
  ['ff02::1', false],
  ['100::1', false],
  ['5f00::1', false],
  ['4000::1', false],
  ['not-an-address', false],
  ['', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

it('every way of writing an address is the same host, so none of them hides one', () => {
  const written = ['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/', 'http://127.0.0.1./'];
  for (const address of written) expect(isPublicAddress(hostOf(new URL(address)))).toBe(false);
  expect(hostOf(new URL('http://[::FFFF:127.0.0.1]:9090/'))).toBe('::ffff:7f00:1');
});

it('OUTBOUND_ALLOW names hosts or addresses with their port, and nothing else is one', () => {
  expect(readAllowedTargets('10.0.0.5:9090, Prometheus.internal:80,[::1]:9090,')).toEqual([
    { host: '10.0.0.5', port: 9090 },
    { host: 'prometheus.internal', port: 80 },
    { host: '::1', port: 9090 },
  ]);
  expect(readAllowedTargets('')).toEqual([]);
  const wrong = [
    'prometheus',
    'http://a:9090',
    'a:9090/x',
    'u@a:9090',
    ':9090',
    'a:0',
    'a:70000',
    '10.0.0.0/8:80',
    '*:80',
  ];
  for (const text of wrong) expect([text, readAllowedTargets(text)]).toEqual([text, undefined]);
});

it('what is allowed is allowed on its port alone, by its name or by its very address', () => {
  const allowed = readAllowedTargets('prometheus:9090,10.0.0.5:80,[fd00::1]:80') ?? [];
  const isAllowed = (host: string, port: number, address: string) => isAllowedTarget(allowed, { host, port }, address);
  expect(isAllowed('prometheus', 9090, '10.9.9.9')).toBe(true);
  expect(isAllowed('prometheus', 9091, '10.9.9.9')).toBe(false);
  expect(isAllowed('anything.example', 80, '10.0.0.5')).toBe(true);
  expect(isAllowed('anything.example', 80, '10.0.0.6')).toBe(false);
  expect(isAllowed('anything.example', 80, 'fd00:0:0:0:0:0:0:1')).toBe(true);
  expect(isAllowed('anything.example', 80, '::ffff:10.0.0.5')).toBe(false);
});

it('says of an address that cannot be called what would be right', () => {
  expect(describeBadAddress('https://shop.example/healthz')).toBeUndefined();
  expect(describeBadAddress('/healthz')).toMatch(/whole address/);
  for (const text of ['ftp://shop.example', 'file:///etc/passwd', 'unix:/run/x', 'data:,x']) {
    expect(describeBadAddress(text)).toMatch(/begins with http/);
  }
  expect(describeBadAddress('https://me:secret@shop.example')).toMatch(/without a user/);
});
