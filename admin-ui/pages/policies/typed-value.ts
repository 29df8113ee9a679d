import { isFields } from './document-tree.ts';

/** How what is typed into a field becomes a value of the document. */
export type As = 'text' | 'number' | 'labels';

/** What a field shows of a value; undefined where no field of this kind can show it. */
export function writeTyped(value: unknown, as: As): string | undefined {
  if (value === undefined) return '';
  if (as === 'labels') return writeLabels(value);
  if (typeof value === 'string') return as === 'text' && value !== value.trim() ? undefined : value;
  // What is no text and no number was written as YAML, and there it stays.
  return typeof value === 'number' ? String(value) : undefined;
}

/**
 * What was typed, as a value; undefined where nothing was. What is no number stays the text that it is, so that the
 * server says what it expects there.
 */
export function readTyped(typed: string, as: As): unknown {
  const text = typed.trim();
  if (text === '') return undefined;
  if (as === 'labels') return readLabels(text);
  if (as === 'text') return text;
  const number = Number(text.replace(',', '.'));
  return Number.isFinite(number) ? number : text;
}

/** `severity=critical`, one a line. What has no `=` yet is a label without a value. */
function readLabels(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return at === -1 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

function writeLabels(value: unknown): string | undefined {
  if (!isFields(value)) return undefined;
  const lines = Object.entries(value).map(([label, text]) => `${label}=${String(text)}`);
  const written = lines.join('\n');
  const read = readLabels(written);
  const isSame = Object.entries(value).every(([label, text]) => Object.hasOwn(read, label) && read[label] === text);
  return isSame && Object.keys(read).length === Object.keys(value).length ? written : undefined;
}
