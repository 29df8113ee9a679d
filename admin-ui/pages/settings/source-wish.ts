import type { NewRequestIn, SourceAnswer } from '@turnout/server/contracts';

/** How a source is to be asked, without what it is asked with. */
type Auth = { kind: 'none' } | { kind: 'bearer' } | { kind: 'basic'; user: string };

/** What was typed of a source that live rollouts go by. */
export interface WantedSource {
  url: string;
  auth: Auth;
  /** Whether a token or password was typed. */
  hasSecret: boolean;
}

/**
 * The call that waits for a second administrator, and what becomes of the secret. A request is read by many and holds none:
 * the stored one stays where it goes to whom it was given for, and else it is entered again.
 */
export function wishForSource(source: SourceAnswer, { url, auth, hasSecret }: WantedSource) {
  const isKept = auth.kind !== 'none' && isSameAuth(source.auth, auth) && isSameTarget(source.url, url);
  const body = { kind: 'prometheus', url, auth: isKept ? auth : { kind: 'none' } };
  const item = {
    method: 'PUT' as const,
    path: `/sources/${encodeURIComponent(source.key)}`,
    body,
    base: source.version,
  };
  return {
    title: `Ask ${source.key} at another address`,
    items: [item] satisfies NewRequestIn['items'],
    says: tellSecret(source.key, auth.kind, isKept, hasSecret),
  };
}

function tellSecret(key: string, kind: Auth['kind'], isKept: boolean, hasSecret: boolean): string | undefined {
  if (kind === 'none') return undefined;
  const word = kind === 'bearer' ? 'token' : 'password';
  if (isKept && !hasSecret) return `The stored ${word} stays, for it goes to the same host.`;
  if (isKept)
    return `The stored ${word} stays meanwhile. The new one is not in the request, which many read: enter it again.`;
  return (
    `The ${word} is not in the request, which many read: enter it again here once that is applied. Until then ${key} is ` +
    'asked without it; where that is refused, guards hold or pause, as their policy says.'
  );
}

function isSameAuth(stored: SourceAnswer['auth'], wanted: Auth): boolean {
  if (stored.kind !== wanted.kind) return false;
  return stored.kind !== 'basic' || wanted.kind !== 'basic' || stored.user === wanted.user;
}

function isSameTarget(one: string, other: string): boolean {
  return URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
