import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

@customElement('t-kill-page')
export class KillPage extends LitElement {
  static override styles = [base];
  @property() project = '';

  override render() {
    return html`<h1>Kill</h1>`;
  }
}
