import type { Instance } from './instance.ts';

/** An app that is well: one stream, heard of at `lastSeen`. */
export function instanceWith(changes: Partial<Instance> = {}): Instance {
  return {
    ...{ id: 'i1', environmentId: 7, keyId: 'k1', host: 'h1', sdk: 'node/1', position: 'x.1', overlays: [] },
    ...{ unsupported: [], firstSeen: 0, lastSeen: 0, streams: 1, streamsSince: 0, isElsewhere: false },
    ...{ polledAt: undefined, node: 'here', nodeLives: true },
    ...changes,
  };
}
