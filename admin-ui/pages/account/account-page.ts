import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

@customElement('t-account-page')
export class AccountPage extends LitElement {
  static override styles = [base];
  @property() project = '';

  override render() {
    return html`<h1>Your account</h1>`;
  }
}
