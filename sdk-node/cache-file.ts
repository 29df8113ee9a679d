import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { isSnapshot, type Snapshot } from '@turnout/core';
import { basePath } from './transport.ts';

/** What lies in the file. The age is what it was when it was written; a reader adds the time since. */
interface Written {
  format: 1;
  /** Whose flags these are, so that a file that was carried to another environment is not served there. */
  owner: string;
  /** Wall time, in ms since 1970. */
  writtenAt: number;
  /** Null where nobody knows. */
  ageMs: number | null;
  snapshot: Snapshot;
}

/** A snapshot and how old it is; infinitely, where nobody knows. */
export interface AgedSnapshot {
  snapshot: Snapshot;
  ageMs: number;
}

/** Names a server and a key without telling the key: 64 bits of SHA-256 over 256 random ones. */
export function ownerOf(address: URL | string, key: string | undefined): string {
  const server = typeof address === 'string' ? '' : address.origin + basePath(address);
  return createHash('sha256')
    .update(`${server}\n${key ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

/** Reads what an earlier process wrote. Undefined where there is no file; a text where it cannot be used. */
export function readCache(path: string, owner: string, now: number): AgedSnapshot | string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : `it cannot be read: ${String(error)}`;
  }
  try {
    const written: Partial<Written> | null = JSON.parse(text);
    if (written?.format !== 1 || !isSnapshot(written.snapshot)) return 'it is not a cache of this version';
    if (written.owner !== owner) return 'it was written for another address or key';
    return { snapshot: written.snapshot, ageMs: ageOf(written.ageMs, written.writtenAt, now) };
  } catch {
    return 'it is broken';
  }
}

/** A clock that was set back says nothing: a time in the future counts as infinitely old. */
function ageOf(ageMs: unknown, writtenAt: unknown, now: number): number {
  if (typeof ageMs !== 'number' || typeof writtenAt !== 'number' || ageMs < 0) return Number.POSITIVE_INFINITY;
  return writtenAt > now ? Number.POSITIVE_INFINITY : ageMs + (now - writtenAt);
}

/**
 * Writes beside the file and renames, so that a reader sees the old or the new one and never a half. Only its owner may
 * read it.
 */
export async function writeCache(path: string, owner: string, kept: AgedSnapshot, now: number): Promise<void> {
  const ageMs = Number.isFinite(kept.ageMs) ? kept.ageMs : null;
  const written: Written = { format: 1, owner, writtenAt: now, ageMs, snapshot: kept.snapshot };
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(written));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw error;
  }
}
