import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.ts';

@customElement('t-projects-page')
export class ProjectsPage extends LitElement {
  static override styles = [base];
  @property() project = '';

  override render() {
    return html`<h1>Projects</h1>`;
  }
}
