import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { HEADERS } from '@turnout/core';
import { VERSION } from './version.ts';

/** The newest schema of rulesets that core understands. */
const SCHEMA = '1';

/** A key without the line's end that a file has, if it can be a key at all: it must fit into a header. */
export function readKey(key: unknown): string | undefined {
  const text = typeof key === 'string' ? key.trim() : '';
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}

/** So much of a key as tells it from others: its kind and the beginning of its id. Of what is no key, next to nothing. */
export function nameKey(key: string): string {
  return `${/^turnout_[a-z]+_[A-Za-z0-9]{1,8}(?=.*_)/.exec(key)?.[0] ?? key.slice(0, 3)}…`;
}

/** True of a key, or its name, that says itself that it is for something else than a server. */
export function isOtherKind(key: string): boolean {
  return key.startsWith('turnout_') && !key.startsWith('turnout_server_');
}

/** Who asks, with every request. An instance is one client from its making to its end. */
export function identify(key: string, host?: unknown): Record<string, string> {
  return {
    authorization: `Bearer ${key}`,
    'user-agent': `turnout-sdk-node/${VERSION}`,
    [HEADERS.instance]: randomBytes(16).toString('hex'),
    [HEADERS.sdk]: `node/${VERSION}`,
    [HEADERS.host]: (typeof host === 'string' && host !== '' ? host : hostname())
      .replaceAll(/[^\x21-\x7e]/g, '?')
      .slice(0, 128),
    [HEADERS.schema]: SCHEMA,
  };
}
