/** Whose stream a receipt token is of. */
export interface TokenClaims {
  node: string;
  stream: string;
  keyId: string;
  environmentId: number;
  instance: string;
}

/** Signs and checks under the purpose `receipt`; the signature names the secret that made it. */
export interface ReceiptSigner {
  sign(purpose: 'receipt', bytes: string): string;
  verify(purpose: 'receipt', bytes: string, signature: string): boolean;
}

const MOST_LENGTH = 512;

/** `<node>~<stream>~<signature>`: who it is for is in the signature, and whoever sends it says it again. */
export function writeReceiptToken(signer: ReceiptSigner, claims: TokenClaims): string {
  return `${claims.node}~${claims.stream}~${signer.sign('receipt', textOf(claims))}`;
}

/** The node and the stream that a token names; undefined of what is no token. Nothing is believed yet. */
export function readReceiptToken(token: string): Pick<TokenClaims, 'node' | 'stream'> | undefined {
  const [node, stream, signature, ...more] = token.length > MOST_LENGTH ? [] : token.split('~');
  return node && stream && signature && more.length === 0 ? { node, stream } : undefined;
}

/** Whether a token was given by this installation for just this stream of this client. */
export function isReceiptToken(signer: ReceiptSigner, token: string, claims: TokenClaims): boolean {
  return signer.verify('receipt', textOf(claims), token.slice(token.lastIndexOf('~') + 1));
}

function textOf({ node, stream, keyId, environmentId, instance }: TokenClaims): string {
  return ['receipt', node, stream, keyId, environmentId, instance].join('\n');
}
