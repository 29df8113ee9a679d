export type Format = 'flagd' | 'turnout';

/** A document that can be sent, or the sentence that says why the file is none. */
export type ImportFile = { document: Record<string, unknown>; format: Format; flags: number } | { fault: string };

/** What the server takes at most. */
export const MOST_BYTES = 16 * 1024 * 1024;

/** Reads the text of a file. What is wrong with one flag of it is for the server to say. */
export function readImportFile(text: string): ImportFile {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { fault: `This is no JSON: ${why}. A flagd file in YAML has to be written as JSON first.` };
  }
  if (!isObject(document)) return { fault: 'This is JSON, but no document: an object with flags is expected.' };
  if (!isObject(document.flags)) {
    return { fault: 'This document has no “flags”. A flagd file has them, and so has an export of Turnout.' };
  }
  const format = document.format === 'turnout' ? 'turnout' : 'flagd';
  return { document, format, flags: Object.keys(document.flags).length };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** A key that may be one here, for a flag whose key elsewhere is none; undefined where it can keep its own. */
export function suggestKey(key: string): string | undefined {
  if (KEY.test(key)) return undefined;
  const close = key
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
    .replace(/-+$/, '');
  return close === '' ? 'flag' : close;
}
