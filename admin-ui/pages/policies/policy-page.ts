import type { PolicyWithVersions } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { sameValue } from '../../parts/same-value.ts';
import { askBeforeLeaving, goTo, route, setQuery } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import '../flag/save-bar.ts';
import { archivePolicy } from './archive-policy.ts';
import './attachments-view.ts';
import { listIn, textIn } from './document-tree.ts';
import { mayWrite } from './may-write.ts';
import { PolicyCheck } from './policy-check.ts';
import type { PolicyDesk } from './policy-desk.ts';
import './policy-editor.ts';
import { policyPageSheet } from './policy-page-sheet.ts';
import { PolicyReading } from './policy-reading.ts';
import { reviewPolicy } from './policy-review.ts';
import { drawTabs, readTab } from './policy-tabs.ts';
import { countChanged, tellSaver } from './tell-policy.ts';
import './versions-view.ts';

const LEAVING =
  'This policy is not saved yet. What you wrote is kept in this tab, and is there when you come back. Leave the page?';

/** One policy: its rules as form and text, its versions, and what it is attached to. Without a key: a new one. */
@customElement('t-policy-page')
export class PolicyPage extends LitElement {
  static override styles = [base, policyPageSheet];

  @property() project = '';
  @property() policy = '';
  @state() private flag = '';
  readonly #here = followHere(this);
  readonly #reading = new PolicyReading(this);
  readonly #check = new PolicyCheck(this);

  constructor() {
    super();
    new Following(this, route);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    askBeforeLeaving(undefined);
  }

  override willUpdate(): void {
    const here = this.#here();
    if (here === undefined) return;
    this.#reading.show(here, this.policy);
    const { desk } = this.#reading;
    if (desk !== undefined) this.#check.look(here.project.key, desk.state.value.text, this.flag, this.policy === '');
  }

  override updated(): void {
    askBeforeLeaving(this.#reading.desk?.isChanged ? () => confirm(LEAVING) : undefined);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { answer, desk, ground, refusal } = this.#reading;
    return html`<div class="page">
      ${this.#drawHead(here, answer)}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${
        desk === undefined || ground === undefined
          ? this.#drawMissing()
          : this.policy === ''
            ? this.#drawRules(here, desk)
            : this.#drawParts(here, desk, answer)
      }
    </div>`;
  }

  #drawMissing() {
    return this.#reading.refusal === undefined ? html`<p class="quiet" role="status">Loading …</p>` : nothing;
  }

  #drawHead(here: Here, answer: PolicyWithVersions | undefined) {
    const query = { env: here.environment.key };
    const { rollouts } = this.#reading;
    return html`<header>
      <a class="small" href=${writeRoute('policies', { project: this.project }, query)}>Policies of ${here.project.name}</a>
      <div class="row">
        <h1 class=${this.policy === '' ? 'words' : ''}>${this.policy === '' ? 'New policy' : this.policy}</h1>
        ${answer === undefined ? nothing : html`<span class="tag">version ${answer.version}</span>`}
        ${answer?.archived ? html`<span class="tag warn">archived</span>` : nothing}
        <span class="spread"></span>
        ${answer === undefined ? nothing : this.#drawArchive(here, answer)}
      </div>
      ${
        answer === undefined
          ? nothing
          : html`<p class="about">
              <span>saved <t-ago .at=${answer.savedAt}></t-ago> by ${tellSaver(answer)}</span>
              ${
                rollouts.length === 0
                  ? html`<span>no rollout goes by it now</span>`
                  : html`<span
                      >${rollouts.length === 1 ? 'a rollout goes' : `${rollouts.length} rollouts go`} by it now:
                      ${rollouts.map(
                        ({
                          id,
                          flag,
                          policy,
                        }) => html`<a href=${writeRoute('rollout', { project: this.project, rollout: id }, query)}>${flag}</a>
                          (version ${policy.version}) `,
                      )}</span
                    >`
              }
            </p>`
      }
    </header>`;
  }

  #drawArchive({ project }: Here, answer: PolicyWithVersions) {
    const may = mayWrite(project, pathOf(answer.document));
    return html`<button
      class="plain"
      aria-disabled=${!may.yes}
      title=${may.why ?? ''}
      @click=${() => may.yes && void this.#archive(answer)}
    >
      <wa-icon name="archive" aria-hidden="true"></wa-icon>${answer.archived ? 'Bring it back' : 'Archive …'}
    </button>`;
  }

  async #archive(answer: PolicyWithVersions): Promise<void> {
    if (await archivePolicy(this.#reading.path, answer)) await this.#reading.read();
  }

  #drawParts(here: Here, desk: PolicyDesk, answer: PolicyWithVersions | undefined) {
    if (answer === undefined) return nothing;
    const tab = readTab(route.value?.query.tab);
    const counts = { versions: answer.versions.length, attached: answer.attachments.length };
    return html`${drawTabs(tab, counts)} ${tab === 'rules' ? this.#drawRules(here, desk) : nothing}
    ${
      tab === 'versions'
        ? html`<t-policy-versions
            .path=${this.#reading.path}
            .policy=${answer}
            .why=${answer.archived ? 'It is archived.' : (mayWrite(here.project, pathOf(answer.document)).why ?? '')}
            @begin=${({ detail }: CustomEvent<string>) => {
              desk.write(detail);
              setQuery({ tab: '', from: '', to: '' });
            }}
          ></t-policy-versions>`
        : nothing
    }
    ${
      tab === 'attached'
        ? html`<t-policy-attachments
            .path=${this.#reading.path}
            .policy=${answer}
            .may=${mayWrite(here.project, pathOf(answer.document))}
            .changed=${() => void this.#reading.read()}
          ></t-policy-attachments>`
        : nothing
    }`;
  }

  #drawRules({ project }: Here, desk: PolicyDesk) {
    const draft = desk.state.value;
    const { answer, overtakenBy } = this.#reading;
    const archived = answer?.archived ? 'It is archived: nothing goes by it. Bring it back to change it.' : '';
    const may = mayWrite(project, [...pathOf(draft.document), ...pathOf(answer?.document)]);
    const why = archived === '' && !may.yes ? (may.why ?? '') : archived;
    const changed = countChanged(draft.base, draft.document, sameValue);
    const count = this.policy === '' || desk.isChanged ? Math.max(1, changed) : 0;
    return html`${why === '' ? nothing : html`<p class="limits">${why}</p>`}
      ${
        overtakenBy === undefined
          ? nothing
          : html`<p class="limits" role="status">
              ${overtakenBy} saved version ${answer?.version} while you wrote. Yours stands beside it now: the review shows
              what it would change of theirs.
            </p>`
      }
      <t-policy-editor
        .desk=${desk}
        .draft=${draft}
        .check=${this.#check}
        .answered=${this.#check.answer}
        .ground=${this.#reading.ground}
        .flag=${this.flag}
        .isNew=${this.policy === ''}
        .readonly=${!roleMayTry(project, archived)}
        @flag=${({ detail }: CustomEvent<string>) => {
          this.flag = detail;
        }}
      ></t-policy-editor>
      <t-save-bar
        .count=${count}
        .what=${this.policy === '' ? 'This policy is not saved yet' : ''}
        .why=${why === '' ? this.#whyNot(desk) : why}
        @discard=${() => this.#discard(desk)}
        @review=${() => void this.#review(desk)}
      ></t-save-bar>`;
  }

  /** What keeps it from being saved as it is; empty where nothing does. */
  #whyNot(desk: PolicyDesk): string {
    const { text, document } = desk.state.value;
    const { answer, of, refusal } = this.#check;
    if (document === undefined) return 'The YAML cannot be read as it is.';
    if (this.policy !== '' && textIn(document, 'key') !== this.policy) return `The key stays ${this.policy}.`;
    if (refusal !== undefined) return 'It could not be looked at.';
    if (answer === undefined || of !== text) return 'Looking at it …';
    const faults = answer.faults.filter(({ code }) => code !== 'too_few_units').length;
    return faults === 0 ? '' : `${faults} ${faults === 1 ? 'thing' : 'things'} to correct first.`;
  }

  #discard(desk: PolicyDesk): void {
    desk.discard();
    askBeforeLeaving(undefined);
    if (this.policy === '') goTo('policies', { project: this.project }, { env: this.#here()?.environment.key ?? '' });
  }

  async #review(desk: PolicyDesk): Promise<void> {
    const check = this.#check.answer;
    const { text, document, version, stored } = desk.state.value;
    if (check === undefined) return;
    const key = this.policy === '' ? textIn(document, 'key') : this.policy;
    const before = this.#reading.answer?.document;
    const rollouts = this.#reading.rollouts.length;
    const outcome = await reviewPolicy({
      path: this.#reading.path,
      key,
      version,
      yaml: text,
      before,
      text: stored,
      check,
      rollouts,
    });
    if (outcome === undefined) return;
    if ('overtaken' in outcome) {
      await this.#reading.read('Somebody');
      tell('Somebody saved another version meanwhile. Look at the review once more.', { tone: 'warn' });
    } else if ('request' in outcome) {
      desk.discard();
      tell(`Asked for: ${outcome.request.title}. ${outcome.request.waits ?? ''}`);
    } else this.#tellSaved(key, outcome);
  }

  #tellSaved(
    key: string,
    { policy, isNewVersion }: { policy: { yaml: string; version: number }; isNewVersion: boolean },
  ) {
    this.#reading.settle(policy);
    tell(
      isNewVersion ? `${key} is saved as version ${policy.version}.` : `${key} says that already: nothing was saved.`,
    );
    if (this.policy !== '') return void this.#reading.read();
    this.#reading.desk?.discard();
    askBeforeLeaving(undefined);
    goTo('policy', { project: this.project, policy: key }, { env: this.#here()?.environment.key ?? '' });
  }
}

const pathOf = (document: unknown) => listIn(document, 'path').map((step) => textIn(step, 'environment'));

/** Whoever may write some policy may try one out here; whoever may only look is not offered fields. */
function roleMayTry(project: Here['project'], archived: string): boolean {
  return archived === '' && mayWrite(project, []).yes;
}

declare global {
  interface HTMLElementTagNameMap {
    't-policy-page': PolicyPage;
  }
}
