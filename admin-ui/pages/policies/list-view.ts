import { html, LitElement } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Path } from './document-tree.ts';
import { tellEdit } from './edit-event.ts';
import type { Fault } from './findings.ts';
import { type Acts, drawActs, moveByKey } from './list-acts.ts';
import type { ProjectGround } from './read-project-ground.ts';

/** A list of a policy: entries that are added, moved and taken out. Tells `edit`. */
export abstract class ListView extends LitElement {
  @property({ attribute: false }) list: readonly unknown[] = [];
  /** Where the list stands in the document. */
  @property({ attribute: false }) path: Path = [];
  @property({ attribute: false }) faults: readonly Fault[] = [];
  @property({ attribute: false }) ground!: ProjectGround;
  @property({ type: Boolean }) readonly = false;
  @state() protected said = '';
  #focusAt: number | undefined;

  protected change(list: unknown[], said: string, focusAt: number): void {
    this.said = said;
    this.#focusAt = focusAt;
    tellEdit(this, this.path, list);
  }

  protected acts(at: number, name: string): Acts {
    const change = (list: unknown[], said: string, focusAt: number) => this.change(list, said, focusAt);
    return { list: this.list, at, name, readonly: this.readonly, change };
  }

  override updated(): void {
    if (this.#focusAt === undefined) return;
    const entries = this.renderRoot.querySelectorAll<HTMLElement>('[data-entry]');
    const target = entries[this.#focusAt] ?? this.renderRoot.querySelector<HTMLElement>('.add');
    this.#focusAt = undefined;
    target?.focus();
  }

  protected drawActs(at: number, name: string) {
    return drawActs(this.acts(at, name));
  }

  protected onKey(at: number, name: string) {
    return (event: KeyboardEvent) => moveByKey(event, this.acts(at, name));
  }

  protected drawSaid() {
    return html`<span class="sr" role="status">${this.said}</span>`;
  }
}
