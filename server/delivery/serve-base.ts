import { createHash } from 'node:crypto';
import { compile, layOverlay, overlayHash } from '@turnout/core';
import type { Base } from './base.ts';
import type { JournalEntry, Served } from './served.ts';

/** Changes whenever the bytes of a ruleset answer change for another reason than what it carries. */
const FORMAT = 1;

/** A base with its overlay laid on, ready to be evaluated; what is untouched since `before` is taken over compiled. */
export function serveBase(base: Base, overlay: readonly JournalEntry[], before: Served | undefined): Served {
  const { environmentId, projectId, position, digest, ruleset } = base;
  const settled = [...base.settled.keys()].sort();
  return {
    environmentId,
    projectId,
    position,
    digest,
    base: ruleset,
    overlay,
    overlayHash: overlayHash(overlay),
    settled,
    compiled: compile(layOverlay(ruleset, overlay), before?.compiled),
    etag: etagOf(position, digest, overlay, settled),
  };
}

/** Equal digests at one position mean equal rulesets, so there is no need to serialise one to name it. */
function etagOf(position: string, digest: string, overlay: readonly JournalEntry[], settled: string[]): string {
  const ids = overlay.map(({ id }) => id).sort();
  const text = JSON.stringify([FORMAT, position, digest, ids, settled]);
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
}
