import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldRevocation, RevocationFile } from '../access/held-revocations.ts';
import { replaceFile } from '../platform/durable-file.ts';
import type { Logger } from '../platform/logger.ts';
import { readSigned, type Signer, writeSigned } from './signed-file.ts';

interface Saved {
  v: 1;
  kind: 'revocations';
  held: HeldRevocation[];
}

const FILE = 'revocations.journal';

/**
 * The revocations that a node holds, beside its kills on its own disk: few, so the file is written whole, signed and
 * synced. It has no age limit. One that was altered is kept aside, and said so.
 */
export function revocationFile(parts: { folder: string; signer: Signer; log: Pick<Logger, 'error'> }): RevocationFile {
  const { folder, signer, log } = parts;
  const path = join(folder, FILE);
  return {
    async read() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        const saved = (await readSigned(signer, 'journal', path)) as Saved | undefined;
        return saved?.kind === 'revocations' ? saved.held : [];
      } catch (error) {
        const aside = `${path}.refused`;
        await rename(path, aside);
        log.error({ error, file: aside }, 'the journal of revocations is refused and kept aside');
        return [];
      }
    },
    write: (held) => replaceFile(path, writeSigned(signer, 'journal', { v: 1, kind: 'revocations', held: [...held] })),
  };
}
