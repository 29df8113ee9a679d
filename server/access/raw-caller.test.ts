import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, expect, it } from 'vitest';
import type { Refusal } from './access-list.ts';
import { mintSecret } from './mint-secret.ts';
import type { KeyPrincipal, Principal } from './principal.ts';
import { findCaller, type Gate } from './raw-caller.ts';

const { id, secret } = mintSecret('server');
const KEY: KeyPrincipal = {
  ...{ kind: 'key', keyKind: 'server', id, name: 'app', projectId: 1, environmentId: 2 },
  ...{ origins: [], flags: null, tags: null },
};

let looked: string[];
let live: KeyPrincipal | undefined;
let gate: Gate;

beforeEach(() => {
  looked = [];
  live = KEY;
  gate = {
    list: {
      findCredential: (text): Principal | Refusal => {
        looked.push(text);
        return text === secret ? (live ?? 'revoked') : 'unknown';
      },
      lookAgain: async () => undefined,
      listOrigins: () => new Set(),
      findKey: (keyId) => (keyId === id ? live : undefined),
    },
    admission: { admitRefused: async () => undefined },
    events: { note: () => undefined },
    used: { note: () => undefined },
    trustProxy: 0,
  };
});

const requestOn = (socket: Socket) => ({ socket, headers: {} }) as IncomingMessage;

it('a key is hashed once a connection', () => {
  const socket = new Socket();
  for (let i = 0; i < 3; i++) expect(findCaller(gate, requestOn(socket), secret)).toBe(KEY);
  expect(looked).toEqual([secret]);
  expect(findCaller(gate, requestOn(new Socket()), secret)).toBe(KEY);
  expect(looked).toHaveLength(2);
});

it('a connection that was let in gives nothing to another secret on it', async () => {
  const socket = new Socket();
  findCaller(gate, requestOn(socket), secret);
  for (const other of [`${secret.slice(0, -1)}!`, `${secret}x`, '', mintSecret('server').secret]) {
    await expect(findCaller(gate, requestOn(socket), other)).rejects.toMatchObject({ code: 'unauthorized' });
  }
});

it('a revoked key is refused on the connection that it came on, and an edited key is taken as it is now', async () => {
  const socket = new Socket();
  findCaller(gate, requestOn(socket), secret);
  live = { ...KEY, origins: ['https://shop.example'] };
  expect(findCaller(gate, requestOn(socket), secret)).toBe(live);
  live = undefined;
  await expect(findCaller(gate, requestOn(socket), secret)).rejects.toMatchObject({ code: 'unauthorized' });
});
