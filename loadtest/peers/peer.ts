import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Context, Ruleset } from '@turnout/core';

/** Another system's evaluator with the flags of a workload in it. `User` is a context in its own form, made beforehand. */
export interface PeerClient<User = unknown> {
  user(context: Context): User;
  one(key: string, user: User): boolean | Promise<boolean>;
  /** How many of all flags are true, with every answer made. */
  all(user: User): number | Promise<number>;
  close(): void | Promise<void>;
}

export interface Peer {
  /** The name of its package. */
  name: string;
  /** How it is asked, in words: each at the cheapest way that its documentation offers for many users. */
  asked: string;
  open(ruleset: Ruleset): Promise<PeerClient>;
}

export const PEERS_FOLDER = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../peers/' : './', import.meta.url),
);
const requirePeer = createRequire(`${PEERS_FOLDER}package.json`);

/**
 * A module of a peer. Its types are not here where peers are not installed, so that who asks says what they use of it.
 */
export async function importPeer<T>(specifier: string): Promise<T> {
  return (await import(pathToFileURL(requirePeer.resolve(specifier)).href)) as T;
}

/** The pinned versions of the peers, by package. */
export function listPeerVersions(): Record<string, string> {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(`${PEERS_FOLDER}package.json`, 'utf8'),
  );
  return manifest.dependencies;
}

/** For peers that log unless told otherwise. */
export const silence = { error() {}, warn() {}, info() {}, debug() {} };
