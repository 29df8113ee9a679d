import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SetupOffer } from './access/offer-setup.ts';
import { makePrivateFile, readPrivateFile } from './platform/private-file.ts';

/** The root token in force, and where it is kept when it was not set. */
export interface RootToken {
  token: string;
  /** The file that holds it; undefined where TURNOUT_ROOT_TOKEN was set. */
  path: string | undefined;
  /** True when it was made just now. */
  made: boolean;
}

/** Where the root token is kept, on a line of its own, and the setup link behind a #. */
export const firstStartPath = (dataDir: string) => join(dataDir, 'first-start');

/** Takes the root token from the settings, or from `DATA_DIR/first-start`, which is made where it is missing. */
export function findRootToken(config: { rootToken: string | undefined; dataDir: string }): RootToken {
  if (config.rootToken !== undefined) return { token: config.rootToken, path: undefined, made: false };
  const path = firstStartPath(config.dataDir);
  const fresh = randomBytes(32).toString('base64url');
  let made = makePrivateFile(path, fresh);
  const lines = readLines(path);
  if (lines.token === '' && lines.notes.length > 0) {
    // While the token was set, the file held a setup link alone.
    writePrivateFile(path, [fresh, ...lines.notes]);
    made = true;
  }
  const { token } = readLines(path);
  if (token.length < 32) throw new Error(`${path} holds no root token. Remove it, and the next start makes one.`);
  return { token, path, made };
}

/**
 * Writes the setup link into `DATA_DIR/first-start`, below the root token where that is kept there; without an offer one
 * that stands there is taken out. Answers the link.
 */
export function keepSetupLink(dataDir: string, address: string, offer: SetupOffer | undefined): string | undefined {
  const path = firstStartPath(dataDir);
  const { token, notes } = existsSync(path) ? readLines(path) : { token: '', notes: [] };
  const link = offer && `${address}/setup#${offer.token}`;
  const note = link && `# The first administrator, until ${offer.expiresAt.toISOString()}: ${link}`;
  const others = notes.filter((line) => !line.includes('/setup#'));
  const kept = [...(token === '' ? [] : [token]), ...others, ...(note ? [note] : [])];
  if (note || others.length < notes.length) writePrivateFile(path, kept);
  return link;
}

function readLines(path: string): { token: string; notes: string[] } {
  const lines = (readPrivateFile(path) ?? '').split('\n').map((line) => line.trim());
  return {
    token: lines.find((line) => line !== '' && !line.startsWith('#')) ?? '',
    notes: lines.filter((line) => line.startsWith('#')),
  };
}

/** Another process sees the old file or the new one, whole. */
function writePrivateFile(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(draft, path);
}
