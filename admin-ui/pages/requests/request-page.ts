import type { WholeRequest } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { requireMe } from '../../client/session.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { writeRoute } from '../../shell/route.ts';
import { base } from '../../styles/base.ts';
import { entryPage } from '../../styles/entry-page.ts';
import { type Act, runAct } from './act-on-request.ts';
import './request-approvals.ts';
import './request-diff.ts';
import { RequestReading } from './request-reading.ts';
import { requestSheet } from './request-sheet.ts';
import { isMine, KINDS, mayApply, needsRebase, shortHash, tellState, type Verdict } from './tell-request.ts';

/** One request: what it comes to, what it waits for, and everything that can be done with it. */
@customElement('t-request-page')
export class RequestPage extends LitElement {
  static override styles = [base, entryPage, requestSheet];

  @property() project = '';
  @property() request = '';
  readonly #here = followHere(this);
  readonly #reading = new RequestReading(this);

  override willUpdate(): void {
    this.#reading.follow(this.project, this.request);
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { request, refusal } = this.#reading;
    return html`<div class="page">
      ${request === undefined ? html`<h1>Request</h1>` : this.#drawHead(request)}
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${request === undefined ? this.#drawReading() : this.#drawWhole(here, request)}
    </div>`;
  }

  #drawReading() {
    return this.#reading.refusal ? nothing : html`<p class="quiet" role="status">Loading …</p>`;
  }

  #drawHead(request: WholeRequest) {
    const { title, reason, kind, createdBy, createdByName, createdAt, editedAt, expiresAt, hash } = request;
    const state = tellState(request);
    return html`<header>
      <div class="title">
        <h1>${title}</h1>
        <span class="tag ${state.tone}">${state.words}</span>
        ${kind === 'change' ? nothing : html`<span class="tag">${KINDS[kind]}</span>`}
      </div>
      <p class="reason">${reason}</p>
      <div class="facts">
        <span>asked <t-ago .at=${createdAt}></t-ago> by ${createdByName ?? createdBy}</span>
        ${editedAt === createdAt ? nothing : html`<span>edited <t-ago .at=${editedAt}></t-ago></span>`}
        ${request.state === 'open' ? html`<span title=${expiresAt}>approvals last until ${sayMoment(expiresAt)}</span>` : nothing}
        <span>hash <code title=${hash}>${shortHash(hash)}</code></span>
      </div>
    </header>`;
  }

  #drawWhole(here: Here, request: WholeRequest) {
    return html`${this.#drawStanding(here, request)} ${this.#drawStage(here, request)} ${this.#drawActs(here, request)}
      ${
        request.kind === 'stage'
          ? nothing
          : html`<section>
              <h2>What it comes to</h2>
              <t-request-diff
                .project=${this.project}
                .request=${request}
                .environments=${here.project.environments}
              ></t-request-diff>
            </section>
            ${this.#drawCalls(request)}`
      }
      <section>
        <h2>Approvals</h2>
        <t-request-approvals .request=${request}></t-request-approvals>
      </section>`;
  }

  /** Where it stands, as one sentence: what it waits for, or what became of it. */
  #drawStanding({ project, environment }: Here, request: WholeRequest) {
    const { closed, state, change } = request;
    if (closed !== null) {
      const address =
        change === null
          ? ''
          : writeRoute('change', { project: project.key, change: String(change) }, { env: environment.key });
      return html`<p class="note" role="status">
        <span
          >It was ${state} <t-ago .at=${closed.at}></t-ago>${closed.reason ? html`: ${closed.reason}` : nothing}${
            change === null ? nothing : html`, as <a href=${address}>change ${change}</a>, which can be undone as one`
          }.</span
        >
      </p>`;
    }
    const rebase = needsRebase(request);
    if (rebase !== undefined) {
      return html`<div class="note warn" role="status">
        <span>${rebase}</span><button @click=${() => void this.#act('rebase')}>Rebase</button>
      </div>`;
    }
    if (request.waits !== null) return html`<p class="note" role="status"><span>${request.waits}</span></p>`;
    const may = mayApply(request, project, new Date());
    if (request.kind === 'stage')
      return html`<p class="note ready" role="status"><span>It is approved: the rollout goes on by itself.</span></p>`;
    return may.yes
      ? html`<p class="note ready" role="status"><span>Enough people approve: it can be applied.</span></p>`
      : html`<p class="note warn" role="status"><span>${may.why}</span></p>`;
  }

  #drawStage({ environment }: Here, { kind, subject }: WholeRequest) {
    if (kind !== 'stage') return nothing;
    const { rollout } = this.#reading;
    const id = subject.split('/')[1] ?? '';
    const address = writeRoute('rollout', { project: this.project, rollout: id }, { env: environment.key });
    return html`<section class="note" aria-label="The rollout that asks">
      <span
        >${
          rollout === undefined
            ? 'A rollout asks for this, by its policy.'
            : html`<strong>${rollout.flag}: ${rollout.from} → ${rollout.to}</strong>, by policy ${rollout.policy.key}.
                ${rollout.says ?? 'Nothing was decided about it yet.'}`
        }</span
      >
      <a href=${address}>Its stages and guards</a>
    </section>`;
  }

  #drawActs({ project }: Here, request: WholeRequest) {
    if (request.state !== 'open' && request.state !== 'expired') return nothing;
    const mine = isMine(request, requireMe().principal);
    const isStage = request.kind === 'stage';
    const apply = mayApply(request, project, new Date());
    const approve: Verdict = { yes: request.mayApprove, why: request.whyNot ?? '' };
    const own = ownVerdict(request, mine, project.rights.includes('admin'));
    const approved = request.whyNot === 'You have approved it.';
    const reject: Verdict = approved ? { yes: true, why: '' } : approve;
    return html`<section class="acts card" aria-label="What can be done">
      <div class="row">
        ${this.#drawAct('approve', 'Approve', approve, request.waits !== null)}
        ${isStage ? nothing : this.#drawAct('apply', 'Apply', apply, request.waits === null)}
        ${this.#drawAct('reject', 'Reject', reject)}
        ${isStage ? nothing : html`${this.#drawAct('edit', 'Edit', { yes: true, why: '' })}${this.#drawAct('withdraw', 'Withdraw', own)}`}
      </div>
      <ul class="whys">
        ${approve.yes ? nothing : html`<li><strong>Approve:</strong> ${approve.why}</li>`}
        ${isStage || apply.yes || apply.why === request.waits ? nothing : html`<li><strong>Apply:</strong> ${apply.why}</li>`}
        ${approve.yes ? html`<li>Only people approve, who did not write it and signed in within the last 12 hours.</li>` : nothing}
      </ul>
    </section>`;
  }

  #drawAct(act: Act, words: string, { yes, why }: Verdict, isFirst = false) {
    return html`<button
      class=${isFirst && yes ? 'primary' : ''}
      aria-disabled=${!yes}
      title=${why}
      @click=${() => yes && void this.#act(act)}
    >
      ${words}
    </button>`;
  }

  #drawCalls({ items, kind }: WholeRequest) {
    return html`<details ?open=${kind === 'protection'}>
      <summary>${items.length === 1 ? 'The call that waits' : `The ${items.length} calls that wait`}</summary>
      <div class="calls">
        ${items.map(
          ({
            method,
            path,
            body,
          }) => html`<pre class="card" tabindex="0" aria-label="${method} ${path}"><code>${method} ${path}
${body === null ? '' : JSON.stringify(body, null, 2)}</code></pre>`,
        )}
      </div>
    </details>`;
  }

  async #act(act: Act): Promise<void> {
    const { request } = this.#reading;
    if (request !== undefined) await runAct(act, this.project, request, this.#reading);
  }
}

function ownVerdict({ kind }: WholeRequest, mine: boolean, isAdmin: boolean): Verdict {
  if (kind === 'stage') return { yes: false, why: 'The rollout asked: pause it, or roll it back.' };
  return mine || isAdmin
    ? { yes: true, why: '' }
    : { yes: false, why: 'Only who wrote it, or an admin, takes it back.' };
}

declare global {
  interface HTMLElementTagNameMap {
    't-request-page': RequestPage;
  }
}
