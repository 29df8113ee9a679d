import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

describe('the address of a caller', () => {
  it.each<[string, string | undefined, number, string]>([
    ['is the socket’s where no proxy is trusted, whatever the header says', '1.1.1.1', 0, '9.9.9.9'],
    ['is the socket’s where there is no header', undefined, 1, '9.9.9.9'],
    ['is what the one trusted proxy saw', '6.6.6.6, 1.1.1.1', 1, '1.1.1.1'],
    ['is what the farther of two trusted proxies saw', '6.6.6.6, 2.2.2.2, 1.1.1.1', 2, '2.2.2.2'],
    ['is the first where there are fewer than trusted', '2.2.2.2', 3, '2.2.2.2'],
    ['is the socket’s where the header holds no address', 'somebody', 1, '9.9.9.9'],
    ['may be of version 6', '::1', 1, '::1'],
  ])('%s', (_title, header, hops, expected) => {
    expect(clientAddress('9.9.9.9', header, hops)).toBe(expected);
  });
});
