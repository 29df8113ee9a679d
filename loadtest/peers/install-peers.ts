import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS_FOLDER } from './peer.ts';

const LOCK = join(PEERS_FOLDER, 'package-lock.json');
const INSTALLED = join(PEERS_FOLDER, 'node_modules', '.installed-lock');

/** Installs the peers, as the lock has them, where they are not yet; no script of theirs runs while installing. */
export function installPeers(): void {
  const lock = readFileSync(LOCK, 'utf8');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lock) return;
  console.log(
    'Installing the peers into loadtest/peers: about 450 packages and 220 MB, once. This takes a minute or two.',
  );
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: PEERS_FOLDER,
    stdio: 'inherit',
  });
  writeFileSync(INSTALLED, lock);
}
