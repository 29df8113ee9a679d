import { readFile } from 'node:fs/promises';
import type { Purpose, Secrets } from '../platform/secrets.ts';

/** What signs and verifies what a node keeps on its own disk. */
export type Signer = Pick<Secrets, 'sign' | 'verify'>;

/** The signature, a line break, and the content as JSON. */
export function writeSigned(signer: Signer, purpose: Purpose, content: object): string {
  const text = JSON.stringify(content);
  return `${signer.sign(purpose, text)}\n${text}`;
}

/** The content; undefined where there is no file. Throws a sentence where nobody of this installation wrote it so. */
export async function readSigned(signer: Signer, purpose: Purpose, path: string): Promise<unknown> {
  const found = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const cut = found.indexOf('\n');
  const text = found.slice(cut + 1);
  if (cut < 0 || !signer.verify(purpose, text, found.slice(0, cut))) {
    throw new Error('its signature is not of this installation: it was altered, or another secret is in force');
  }
  return JSON.parse(text);
}
