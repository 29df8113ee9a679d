import type { JournalEntry } from './served.ts';
import type { Signer } from './signed-file.ts';

/** A line of the journal: an entry that is held from here on, or the ids of those that are not any more. */
type Line = { v: 1; held: JournalEntry } | { v: 1; settled: string[] };

/** What a journal's text holds. */
export interface Parsed {
  held: JournalEntry[];
  /** Numbers of the lines, from 1, that nobody of this installation wrote. */
  refused: number[];
  /** The text ends inside a line. */
  torn: boolean;
}

export function writeHeld(signer: Signer, held: JournalEntry): string {
  return writeLine(signer, { v: 1, held });
}

export function writeSettled(signer: Signer, settled: string[]): string {
  return writeLine(signer, { v: 1, settled });
}

function writeLine(signer: Signer, line: Line): string {
  const text = JSON.stringify(line);
  return `${signer.sign('journal', text)} ${text}\n`;
}

/** Reads every line that bears a good signature; a bad one costs no other. */
export function parseLines(signer: Signer, text: string): Parsed {
  const lines = text.split('\n');
  // A whole text ends in a line break, so the last piece is empty.
  const torn = lines.pop() !== '';
  const held = new Map<string, JournalEntry>();
  const refused: number[] = [];
  for (const [index, line] of lines.entries()) {
    const read = readLine(signer, line);
    if (read === undefined) refused.push(index + 1);
    else if ('held' in read) held.set(read.held.id, read.held);
    else for (const id of read.settled) held.delete(id);
  }
  return { held: [...held.values()], refused, torn };
}

function readLine(signer: Signer, line: string): Line | undefined {
  const cut = line.indexOf(' ');
  const text = line.slice(cut + 1);
  return cut > 0 && signer.verify('journal', text, line.slice(0, cut)) ? (JSON.parse(text) as Line) : undefined;
}
