import { html } from 'lit';
import { writeRoute } from '../../shell/route.ts';
import type { NamingGuard } from './metric-words.ts';

/** The guards that go by something, each with a way to its policy. */
export function drawNamedBy(project: string, env: string, guards: readonly NamingGuard[]) {
  if (guards.length === 0) return html`<span>no guard goes by it</span>`;
  return html`<span
    >guards:
    ${guards.map(
      (
        { policy, guard },
        at,
      ) => html`${at === 0 ? '' : ', '}<a href=${writeRoute('policy', { project, policy }, { env })}
          >${guard} of ${policy}</a
        >`,
    )}</span
  >`;
}
