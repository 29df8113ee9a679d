import type { Tx } from '../database/connect.ts';
import { type FieldFault, invalid, Problem } from '../platform/problem.ts';
import type { Secrets } from '../platform/secrets.ts';
import { isProtected } from './access-store.ts';
import type { EnvironmentPlace } from './asking.ts';
import type { ContextIn } from './context-contract.ts';
import { type Algorithm, type ContextRule, placeOfContextSecret } from './context-rule.ts';
import type { KeyRow } from './key-store.ts';
import type { Principal } from './principal.ts';

/** What a key's row holds of its contexts. */
export type KeptContext = Pick<KeyRow, 'context' | 'contextSealed' | 'contextSealedAt'>;

export const OPEN: KeptContext = { context: null, contextSealed: null, contextSealedAt: null };

export interface ContextPlace {
  secrets: Pick<Secrets, 'seal'>;
  keyId: string;
  now: Date;
}

/** What a key's contexts become. Throws 422 that names each field which is missing or does not fit the others. */
export function readContext(place: ContextPlace, wanted: ContextIn, before: KeptContext = OPEN): KeptContext {
  const { secretSetAt: _shown, mode = before.context === null ? undefined : 'signed', ...fields } = wanted;
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  if (mode === undefined) throw invalid([required('mode', 'signed, or open')]);
  if (mode === 'open') {
    if (given.length === 0) return OPEN;
    throw invalid(given.map(([name]) => fault(name, 'not_for_mode', `no ${name}: an open key asks for no token`)));
  }
  const jwksUrl = addressAfter(fields, before);
  const isShared = jwksUrl === null && (fields.secret !== undefined || before.contextSealed !== null);
  const issuer = fields.issuer ?? before.context?.issuer;
  const audience = fields.audience ?? before.context?.audience;
  const algorithms = algorithmsAfter(fields, before, isShared);
  const faults = faultsOf({ issuer, audience, algorithms, jwksUrl, secret: fields.secret }, isShared);
  if (faults.length > 0 || issuer === undefined || audience === undefined || algorithms === undefined) {
    throw invalid(faults);
  }
  const bodyAttributes = fields.bodyAttributes ?? before.context?.bodyAttributes ?? [];
  const context: ContextRule = { issuer, audience, algorithms, jwksUrl, bodyAttributes };
  if (!isShared) return { context, contextSealed: null, contextSealedAt: null };
  if (fields.secret === undefined) return { ...before, context };
  const contextSealed = place.secrets.seal(placeOfContextSecret(place.keyId), fields.secret);
  return { context, contextSealed, contextSealedAt: place.now };
}

/** A secret takes the place of an address, and the other way round. */
function addressAfter({ jwksUrl, secret }: ContextIn, before: KeptContext): string | null {
  if (jwksUrl !== undefined) return jwksUrl;
  return secret === undefined ? (before.context?.jwksUrl ?? null) : null;
}

function algorithmsAfter({ algorithms }: ContextIn, before: KeptContext, isShared: boolean): Algorithm[] | undefined {
  if (algorithms !== undefined) return algorithms;
  if (isShared) return ['HS256'];
  return before.context === null || before.context.jwksUrl === null ? undefined : before.context.algorithms;
}

function faultsOf({ issuer, audience, algorithms, jwksUrl, secret }: ContextIn, isShared: boolean): FieldFault[] {
  const faults: FieldFault[] = [];
  if (issuer === undefined) faults.push(required('issuer', 'who signs: the iss of the tokens'));
  if (audience === undefined) faults.push(required('audience', 'for whom: the aud of the tokens'));
  if (jwksUrl === null && !isShared) {
    faults.push(required('jwksUrl', 'the address of the public keys, or a secret in its place'));
  }
  if (jwksUrl !== null && secret !== undefined) faults.push(fault('secret', 'one_of', 'a secret or jwksUrl, not both'));
  if (algorithms === undefined) faults.push(required('algorithms', 'the algorithms that tokens may be signed with'));
  else if (isShared && algorithms.some((one) => one !== 'HS256')) {
    faults.push(fault('algorithms', 'not_for_secret', 'HS256 and nothing else with a secret'));
  } else if (!isShared && algorithms.includes('HS256')) {
    faults.push(fault('algorithms', 'not_for_keys', 'algorithms of key pairs: HS256 is for a secret'));
  }
  return faults;
}

/**
 * What visitors are believed in a protected environment decides what is rolled out there, so that one admin alone does
 * not give that trust to others: opening a key again, another provider, or more that a request may say itself needs a
 * second one. Called inside the transaction, for protection may have been raised a moment ago.
 */
export async function checkTrust(
  tx: Tx,
  { environment }: EnvironmentPlace,
  { before, after }: { before: KeptContext; after: KeptContext },
  principal: Principal,
): Promise<void> {
  if (principal.kind === 'root' || !trustsMore(before, after)) return;
  if (await isProtected(tx, environment.id)) {
    throw new Problem(
      'approval_required',
      `The environment ${environment.key} is protected: to open a key whose contexts are signed, or to trust another ` +
        'signer, needs a second admin: ask for it on the screen, or with POST /api/v1/projects/{project}/requests. The ' +
        'root token may do it alone.',
    );
  }
}

function trustsMore(before: KeptContext, after: KeptContext): boolean {
  const [was, is] = [before.context, after.context];
  if (was === null) return false;
  if (is === null || before.contextSealed !== after.contextSealed) return true;
  if (was.issuer !== is.issuer || was.audience !== is.audience || was.jwksUrl !== is.jwksUrl) return true;
  return (
    is.algorithms.some((one) => !was.algorithms.includes(one)) ||
    is.bodyAttributes.some((one) => !was.bodyAttributes.includes(one))
  );
}

const fault = (field: string, code: string, expected: string): FieldFault => ({
  ...{ path: `/context/${field}`, code, expected },
});
const required = (field: string, expected: string) => fault(field, 'required', expected);
