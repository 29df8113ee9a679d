import type { Path } from './document-tree.ts';

/** Something in the form is to be something else; undefined takes it away. */
export interface Edit {
  path: Path;
  value: unknown;
}

/** Tells the page of it, through every element in between. */
export function tellEdit(from: EventTarget, path: Path, value: unknown): void {
  from.dispatchEvent(new CustomEvent<Edit>('edit', { detail: { path, value }, bubbles: true, composed: true }));
}
