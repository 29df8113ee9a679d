import { expect, test } from 'vitest';
import { StreamAdmission } from './stream-admission.ts';

const server = { keyKind: 'server', keyId: 's', address: '10.0.0.1' } as const;
const client = (keyId: string, address: string) => ({ keyKind: 'client', keyId, address }) as const;

test('Browsers cannot take the places that are kept for servers', () => {
  const admission = new StreamAdmission({ STREAMS: 5, SERVER_STREAMS: 2, CLIENT_STREAMS: 100 });
  const taken = Array.from({ length: 9 }, (_, at) => admission.admit(client(`c${at}`, 'a')));
  expect(taken.filter((leave) => leave !== undefined)).toHaveLength(3);
  expect([1, 2, 3].map(() => admission.admit(server) !== undefined)).toEqual([true, true, false]);
  expect(admission.open).toEqual({ server: 2, client: 3 });
});

test('Servers may take every place', () => {
  const admission = new StreamAdmission({ STREAMS: 3, SERVER_STREAMS: 1, CLIENT_STREAMS: 100 });
  expect([1, 2, 3, 4].map(() => admission.admit(server) !== undefined)).toEqual([true, true, true, false]);
  expect(admission.admit(client('c', 'a'))).toBeUndefined();
});

test('One client key from one address has a limit of its own', () => {
  const admission = new StreamAdmission({ STREAMS: 100, SERVER_STREAMS: 10, CLIENT_STREAMS: 2 });
  const [first] = [admission.admit(client('c', 'a')), admission.admit(client('c', 'a'))];
  expect(admission.admit(client('c', 'a'))).toBeUndefined();
  expect(admission.admit(client('c', 'b'))).toBeDefined();
  expect(admission.admit(client('d', 'a'))).toBeDefined();
  first?.();
  first?.();
  expect(admission.admit(client('c', 'a'))).toBeDefined();
  expect(admission.admit(client('c', 'a'))).toBeUndefined();
  expect(admission.open).toEqual({ server: 0, client: 4 });
});
