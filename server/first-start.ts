import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makePrivateFile, readPrivateFile } from './platform/private-file.ts';

/** The root token in force, and where it is kept when it was not set. */
export interface RootToken {
  token: string;
  /** The file that holds it; undefined where TURNOUT_ROOT_TOKEN was set. */
  path: string | undefined;
  /** True when it was made just now. */
  made: boolean;
}

/** Takes the root token from the settings, or from `DATA_DIR/first-start`, which is made where it is missing. */
export function findRootToken(config: { rootToken: string | undefined; dataDir: string }): RootToken {
  if (config.rootToken !== undefined) return { token: config.rootToken, path: undefined, made: false };
  const path = join(config.dataDir, 'first-start');
  const made = makePrivateFile(path, randomBytes(32).toString('base64url'));
  const token = readPrivateFile(path) ?? '';
  if (token.length < 32) throw new Error(`${path} holds no root token. Remove it, and the next start makes one.`);
  return { token, path, made };
}
