/** Marks that turn the order of letters around, so that a text reads as another than it is; and those nobody sees. */
const MISLEADING = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text that somebody else wrote, with such marks written out. Joiners stay: letters and emoji are made with them. */
export function spellMarks(text: string): string {
  return text.replace(MISLEADING, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
