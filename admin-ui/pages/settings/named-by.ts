import type { ListedPolicy } from '@turnout/server/contracts';
import { html, type ReactiveControllerHost } from 'lit';
import { writeRoute } from '../../shell/route.ts';
import { Listing } from './listing.ts';
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

/** The policies of a project, for whoever says which of their guards go by something. */
export function listPolicies(host: ReactiveControllerHost, path: () => string | undefined): Listing<ListedPolicy> {
  return new Listing<ListedPolicy>(host, { path, subjects: ['policy'], mark: markOfVersion, name: ({ key }) => key });
}

/** What has a version is another with each. */
export const markOfVersion = ({ key, version }: { key: string; version: number }) => `${key}/${version}`;

/** What one may do with an item of a list; `why` says why not. */
export function drawItemAct(words: string, key: string, why: string, run: () => void) {
  return html`<button class="plain" aria-label="${words} ${key}" aria-disabled=${why !== ''} title=${why} @click=${() => why === '' && run()}>
    ${words}
  </button>`;
}
