import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

@customElement('t-fleet-page')
export class FleetPage extends LitElement {
  static override styles = [base];
  @property() project = '';

  override render() {
    return html`<h1>Fleet</h1>`;
  }
}
