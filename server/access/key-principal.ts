import type { ListedKey } from './access-store.ts';
import type { KeyPrincipal } from './principal.ts';

/** Made at the first request of each key, and kept as long as the list holds it: every request asks for it. */
const principals = new WeakMap<ListedKey, KeyPrincipal>();

/** A key of the list as who asks with it. */
export function asKey(key: ListedKey): KeyPrincipal {
  let principal = principals.get(key);
  if (principal === undefined) {
    const { id, name, projectId, environmentId, origins, flags, tags, context } = key;
    principal = { kind: 'key', keyKind: key.kind, id, name, projectId, environmentId, origins, flags, tags };
    if (context) principal.context = context;
    principals.set(key, principal);
  }
  return principal;
}
