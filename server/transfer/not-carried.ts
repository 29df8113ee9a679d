/** Why a flag cannot be carried over exactly. It is listed with this reason; nothing of it is imported. */
export class NotCarried extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotCarried';
  }
}

/** A flag that was left out, and why. */
export interface LeftOut {
  flag: string;
  reason: string;
}

/** Something that was carried over all the same, and what of it was not. */
export interface Remark {
  flag: string;
  note: string;
}

/** The longest part of a foreign text that is told back. */
const MOST_TOLD = 60;

/** A foreign text in a sentence: short, and on one line. */
export function quote(text: unknown): string {
  const shown = typeof text === 'string' ? text : (JSON.stringify(text) ?? String(text));
  return `“${shown.length > MOST_TOLD ? `${shown.slice(0, MOST_TOLD)}…` : shown}”`;
}
