/** Algorithms of key pairs: whoever checks a signature cannot make one. */
export const PAIR_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Of a shared secret there is one. */
export const ALGORITHMS = [...PAIR_ALGORITHMS, 'HS256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What a client key with signed contexts asks of their tokens, as it is stored. */
export interface ContextRule {
  /** Their `iss` and `aud`, letter by letter. */
  issuer: string;
  audience: string;
  /** A token that names another is refused, whatever its signature. */
  algorithms: Algorithm[];
  /** Where the public keys are; null where a secret is shared. */
  jwksUrl: string | null;
  /** What a request may say of itself beside its token. */
  bodyAttributes: string[];
}

/** The same with what checks it: the shared secret, sealed for `placeOfContextSecret`; null where keys are fetched. */
export interface SignedContexts extends ContextRule {
  sealed: string | null;
}

/** Where the secret of a key's contexts is kept, as `seal` binds it. */
export const placeOfContextSecret = (keyId: string) => `key/${keyId}/context`;
