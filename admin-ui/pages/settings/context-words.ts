import type { KeyAnswer } from '@turnout/server/contracts';

export type KeyContext = NonNullable<KeyAnswer['context']>;
export type SignedContext = Extract<KeyContext, { mode: 'signed' }>;
export type Algorithm = SignedContext['algorithms'][number];

/** What a form holds of it: a secret only where one was typed. */
export type GivenContext = { mode: 'open' } | (Omit<SignedContext, 'secretSetAt'> & { secret?: string | undefined });

/** What one chooses from, and what it means for whoever visits. */
export const MODES: Record<KeyContext['mode'], { title: string; about: string }> = {
  open: {
    title: 'Open: anybody can ask as anybody',
    about:
      'The page says itself who it is for, and nobody checks it. Right where what a visitor gets is no secret from others.',
  },
  signed: {
    title: 'Signed: a token says who asks',
    about:
      'Every request brings a token (JWT) of your sign-in. Nobody can ask as somebody else, and what their pages report may decide rollouts.',
  },
};

/** What providers sign with in practice; a key that was made elsewhere may allow others too. */
export const COMMON_ALGORITHMS: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** Whom a client key believes, in a few words. */
export function tellContext(context: KeyContext): string {
  return context.mode === 'open' ? 'open: anybody can ask as anybody' : `signed by ${context.issuer}`;
}

/** What is sent of it: what is there already, where nothing was changed. */
export function touchContext(was: KeyContext | null | undefined, given: GivenContext): KeyContext | GivenContext {
  if (was === null || was === undefined || was.mode !== given.mode) return given;
  if (was.mode === 'open' || given.mode === 'open') return was;
  const { secretSetAt: _shown, ...rule } = was;
  const { secret, ...wanted } = given;
  return secret === undefined && isSameRule(rule, wanted) ? was : given;
}

type Rule = Omit<SignedContext, 'secretSetAt'>;

function isSameRule(one: Rule, other: Rule): boolean {
  const textOf = ({ issuer, audience, algorithms, jwksUrl, bodyAttributes }: Rule) =>
    JSON.stringify([issuer, audience, [...algorithms].sort(), jwksUrl, bodyAttributes]);
  return textOf(one) === textOf(other);
}
