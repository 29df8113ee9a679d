import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

@customElement('t-flags-page')
export class FlagsPage extends LitElement {
  static override styles = [base];
  @property() project = '';

  override render() {
    return html`<h1>Flags</h1>`;
  }
}
