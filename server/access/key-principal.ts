import type { ListedKey } from './access-store.ts';
import type { Principal } from './principal.ts';

/** Made at the first request of each key, and kept as long as the list holds it: every request asks for it. */
const principals = new WeakMap<ListedKey, Principal>();

/** A key of the list as who asks with it. */
export function asKey(key: ListedKey): Principal {
  let principal = principals.get(key);
  if (principal === undefined) {
    const { id, name, projectId, environmentId, origins, flags, tags } = key;
    principal = { kind: 'key', keyKind: key.kind, id, name, projectId, environmentId, origins, flags, tags };
    principals.set(key, principal);
  }
  return principal;
}
