import type { OverlayEntry, Snapshot } from '@turnout/core';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEntry(entry: unknown): entry is OverlayEntry {
  return isObject(entry) && typeof entry.id === 'string' && typeof entry.flag === 'string';
}

/**
 * Whether a value from a file has the shape of a snapshot, as far as it must have one to have a position and to be
 * evaluated. What is wrong inside a flag is that flag's own error.
 */
export function isSnapshot(value: unknown): value is Snapshot {
  if (!isObject(value) || !isObject(value.ruleset)) return false;
  const { epoch, revision, flags, segments } = value.ruleset;
  return (
    typeof epoch === 'string' &&
    Number.isSafeInteger(revision) &&
    isObject(flags) &&
    isObject(segments) &&
    Array.isArray(value.overlay) &&
    value.overlay.every(isEntry) &&
    Array.isArray(value.settled)
  );
}
