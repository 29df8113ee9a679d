import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const ISSUER = 'https://id.example';
export const AUDIENCE = 'shop';

/** One key pair of an identity provider. */
export interface SigningKey {
  kid: string;
  alg: string;
  privateKey: Parameters<SignJWT['sign']>[0];
  jwk: JWK;
}

/** Makes a key pair for an algorithm, with jose as providers do. */
export async function makeSigningKey(alg: string, kid: string = alg): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** What a token may say otherwise than a good one. */
export interface TokenChange {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: Parameters<SignJWT['sign']>[0];
  /** Extensions of the header (`crit`) that the signer understands. */
  understood?: Record<string, boolean>;
}

/** A token for `ada` that is good for a minute from `nowMs` on, but for what a test changes; undefined takes away. */
export async function signToken(
  { privateKey, alg, kid }: Pick<SigningKey, 'privateKey' | 'alg'> & { kid?: string },
  nowMs: number,
  { claims = {}, header = {}, key = privateKey, understood }: TokenChange = {},
): Promise<string> {
  const now = Math.floor(nowMs / 1_000);
  const good = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 60, plan: 'gold' };
  return new SignJWT(withoutUndefined({ ...good, ...claims }))
    .setProtectedHeader({ ...withoutUndefined({ kid, ...header }), alg: String(header.alg ?? alg) })
    .sign(key, understood && { crit: understood });
}

const withoutUndefined = (given: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** A provider on loopback that answers its public keys, and counts who asks for what. */
export class KeyProvider {
  keys: SigningKey[] = [];
  /** What it answers in place of its keys. */
  instead: { status: number; body: string } | undefined;
  readonly asked: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    this.asked.push(request.url ?? '');
    const { status, body } = this.instead ?? {
      status: 200,
      body: JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) }),
    };
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/keys`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
