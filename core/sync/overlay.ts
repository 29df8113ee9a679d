import { isObject } from '../evaluate/fault.ts';
import { murmur3 } from '../evaluate/murmur3.ts';
import type { Flag, Ruleset } from '../model/ruleset.ts';
import type { OverlayEntry } from './wire.ts';

/**
 * Lays unsettled kills over a base. Untouched flags keep their identity, so that `compile` reuses them; a base
 * without any of the named flags is returned as it is.
 */
export function layOverlay(base: Ruleset, overlay: readonly OverlayEntry[]): Ruleset {
  let flags: Record<string, Flag> | undefined;
  for (const entry of overlay) {
    const flag = Object.hasOwn(base.flags, entry.flag) ? base.flags[entry.flag] : undefined;
    if (entry.kind !== 'kill' || !isObject(flag) || flag.killed === true) continue;
    flags ??= { ...base.flags };
    flags[entry.flag] = { ...flag, killed: true };
  }
  return flags === undefined ? base : { ...base, flags };
}

/**
 * A short name for a set of entries, whatever their order: 64 bits of murmur3 over the sorted ids, in hex. A client
 * whose hash differs from its node's reconnects.
 */
export function overlayHash(overlay: readonly OverlayEntry[]): string {
  if (overlay.length === 0) return '0';
  const ids = overlay
    .map((entry) => entry.id)
    .sort()
    .join(',');
  const hex = (seed: number) => murmur3(ids, seed).toString(16).padStart(8, '0');
  return hex(0) + hex(0x5bd1e995);
}
