import { errors } from 'jose';
import { ContextRefusal } from './context-refusal.ts';

const CLAIMS: Record<string, string> = {
  iss: 'its iss is not whom this key trusts',
  aud: 'its aud is not what this key is for',
  exp: 'its exp must say when it ends, in seconds',
  nbf: 'it is not good yet (nbf)',
  sub: 'its sub must name somebody',
};

/**
 * What a token is refused with. A client tells `expired` from the rest and brings a fresh one; whoever writes the page
 * reads what is wrong, but never what would have been right.
 */
export function refusalOf(error: unknown): ContextRefusal {
  if (error instanceof errors.JWTExpired) {
    return new ContextRefusal('expired', 'The context token has expired; send a fresh one.');
  }
  return new ContextRefusal('invalid', `The context token is not right: ${tellFault(error)}.`);
}

function tellFault(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) {
    const what = CLAIMS[error.claim] ?? 'a claim is not what it must be';
    return error.reason === 'missing' ? `it has no ${error.claim}` : what;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its alg is not one that this key allows';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no key with its kid for its alg';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not hold';
  return 'it is not a signed JWT that can be checked here';
}
