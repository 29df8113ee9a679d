import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPrivateFile } from '../platform/private-file.ts';
import { type Asked, UsageFault } from './command.ts';

/**
 * The secret to send: from the file of `--key`, standard input, TURNOUT_KEY, or the demo's own key in DATA_DIR, which
 * is taken only for addresses on this machine. Never from the command line itself, where every process can read it.
 */
export async function findKey(asked: Asked, addresses: readonly string[], demoKey: string): Promise<string> {
  const { key } = asked.given;
  if (key === '-') return oneLine(await asked.shell.readInput(), 'standard input');
  if (key !== undefined) return oneLine(readKeyFile(key), key);
  const fromEnv = asked.shell.env.TURNOUT_KEY?.trim();
  if (fromEnv) return fromEnv;
  const path = join(asked.shell.env.DATA_DIR?.trim() || './data', 'demo-keys', demoKey);
  const found = addresses.every(isHere) ? readPrivateFile(path) : undefined;
  if (found) return found;
  throw new UsageFault(
    'No key was given. Use --key <file>, --key - for standard input, or set TURNOUT_KEY. ' +
      `(On the machine where the demo runs, ${path} is taken by itself.)`,
  );
}

function readKeyFile(path: string): string {
  if (path.startsWith('turnout_')) {
    throw new UsageFault(
      '--key takes a file, not the key itself: every process on this machine can read a command line. ' +
        'Write the key to a file that only you may read, or set TURNOUT_KEY.',
    );
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageFault(`--key ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function oneLine(text: string, where: string): string {
  // The file of the first start holds the setup link too, behind a #.
  const line = text.replaceAll(/^#.*$/gm, '').trim();
  if (line === '' || /\s/.test(line)) throw new UsageFault(`${where} must hold one key, and nothing else.`);
  return line;
}

/** True of addresses that do not leave this machine. */
export function isHere(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
