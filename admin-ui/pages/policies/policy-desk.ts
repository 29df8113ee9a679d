import { Store } from '../../client/store.ts';
import { sameValue } from '../../parts/same-value.ts';
import type { Shelf } from '../flag/desk.ts';
import { type Path, withValueAt } from './document-tree.ts';
import type { EditedText } from './policy-text.ts';

/** How a text and what it says become one another. */
export interface Pen {
  read(text: string): unknown;
  edit(text: string, data: unknown): EditedText;
}

export interface PolicyDraft {
  text: string;
  /** What the text says; undefined while it cannot be read, and the form waits. */
  document: unknown;
  /** The version that it was begun at; 0 for a new policy. */
  version: number;
  /** What that version says, as text and as data. */
  stored: string;
  base: unknown;
  /** True where a change in the form wrote the text anew, without what stood beside it. */
  lost: boolean;
}

/** What one writes of a policy: one draft, of which form and text are two sides. It is on the shelf until it is stored. */
export class PolicyDesk {
  readonly state: Store<PolicyDraft>;
  readonly #name: string;
  readonly #pen: Pen;
  readonly #shelf: Shelf;

  constructor(name: string, stored: { text: string; version: number }, pen: Pen, shelf: Shelf) {
    this.#name = name;
    this.#pen = pen;
    this.#shelf = shelf;
    const kept = this.#readShelf();
    const text = kept?.text ?? stored.text;
    const { version, stored: begun } = kept ?? { version: stored.version, stored: stored.text };
    this.state = new Store({
      version,
      stored: begun,
      base: pen.read(begun),
      text,
      document: pen.read(text),
      lost: false,
    });
  }

  get isChanged(): boolean {
    const { text, stored } = this.state.value;
    return text !== stored;
  }

  /** The text was changed; the form shows what it says. */
  write(text: string): void {
    this.#put({ ...this.state.value, text, document: this.#pen.read(text), lost: false });
  }

  /** Something was changed in the form; the text says it, and keeps what else stands in it. */
  edit(path: Path, value: unknown): void {
    const now = this.state.value;
    const document = withValueAt(now.document, path, value);
    if (sameValue(document, now.document)) return;
    const { text, lost } = this.#pen.edit(now.text, document);
    this.#put({ ...now, text, document, lost: lost || now.lost });
  }

  discard(): void {
    this.write(this.state.value.stored);
  }

  /** It was stored, or somebody else's version is taken in its place. */
  settle({ text, version }: { text: string; version: number }): void {
    const document = this.#pen.read(text);
    this.#put({ text, document, version, stored: text, base: document, lost: false });
  }

  /** Somebody saved another version: it is the one that a save of this draft replaces from now on. */
  stand(stored: { text: string; version: number }): void {
    if (!this.isChanged) this.settle(stored);
    else {
      const { text: said, version } = stored;
      this.#put({ ...this.state.value, version, stored: said, base: this.#pen.read(said) });
    }
  }

  #put(draft: PolicyDraft): void {
    this.state.value = draft;
    const { text, stored, version } = draft;
    this.#shelf.write(this.#name, text === stored ? null : JSON.stringify({ text, stored, version }));
  }

  #readShelf(): Pick<PolicyDraft, 'text' | 'stored' | 'version'> | undefined {
    try {
      const kept = JSON.parse(this.#shelf.read(this.#name) ?? 'null') as Partial<PolicyDraft> | null;
      if (typeof kept?.text !== 'string' || typeof kept.stored !== 'string') return undefined;
      return { text: kept.text, stored: kept.stored, version: Number(kept.version) };
    } catch {
      return undefined;
    }
  }
}
