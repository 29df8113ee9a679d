import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

@customElement('t-change-page')
export class ChangePage extends LitElement {
  static override styles = [base];
  @property() project = '';

  override render() {
    return html`<h1>Change</h1>`;
  }
}
