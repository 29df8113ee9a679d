import type { ChangeEvaluationsAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asRefusal, type Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import '../../parts/relative-time.ts';
import { base } from '../../styles/base.ts';

type Place = ChangeEvaluationsAnswer['environments'][number];
type Proven = Place['flags'][number];
type Reported = Proven['variants'][number];

const SINCE: Record<string, string> = { true: 'yes', false: 'no, only before', null: 'cannot be said' };

/** What apps report that they were given since a change: the proof by what happened, beside that by receipts. */
@customElement('t-change-proof')
export class ChangeProof extends LitElement {
  static override styles = [
    base,
    css`
      .scroll {
        overflow-x: auto;
      }
      .flag {
        overflow-wrap: anywhere;
      }
      th,
      td {
        padding-left: 0;
      }
      .behind {
        color: var(--warn);
      }
    `,
  ];
  @property() project = '';
  @property({ type: Number }) change = 0;
  @state() private answer: ChangeEvaluationsAnswer | undefined;
  @state() private refusal: Refusal | undefined;
  #asked = '';

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('project') && !changed.has('change')) return;
    this.answer = undefined;
    void this.#read();
  }

  async #read(): Promise<void> {
    const path = `/projects/${encodeURIComponent(this.project)}/changes/${this.change}/evaluations`;
    this.#asked = path;
    this.refusal = undefined;
    try {
      const answer = await send<ChangeEvaluationsAnswer>(path);
      if (this.#asked === path) this.answer = answer;
    } catch (error) {
      if (this.#asked === path) this.refusal = asRefusal(error);
    }
  }

  override render() {
    const places = this.answer?.environments.filter(({ flags }) => flags.length > 0);
    return html`<t-problem .refusal=${this.refusal} .retry=${() => void this.#read()}></t-problem>
      ${
        places === undefined
          ? nothing
          : places.length === 0
            ? html`<p class="quiet">It touched no flag that apps ask for.</p>`
            : html`<div class="stack">${places.map((place) => drawPlace(place))}</div>
                <p><button class="plain small" @click=${() => void this.#read()}>Read again</button></p>`
      }`;
  }
}

function drawPlace({ environment, flags, moreFlags }: Place) {
  return html`${flags.map((flag) => drawFlag(environment, flag))}
  ${moreFlags > 0 ? html`<p class="quiet">and ${moreFlags} more flags in ${environment}</p>` : nothing}`;
}

function drawFlag(environment: string, { flag, variants, coded, oldVariants }: Proven) {
  const rows: Reported[] = [...variants, ...(coded ? [{ variant: 'coded default', ...coded }] : [])];
  return html`<div class="stack flag">
    <h3>${flag} in ${environment}</h3>
    ${
      oldVariants.length > 0
        ? html`<p class="behind">
            Somebody was still given ${oldVariants.join(', ')} after the change, though it gives that to nobody.
          </p>`
        : nothing
    }
    ${rows.length === 0 ? html`<p class="quiet">No app has reported an evaluation of it.</p>` : drawRows(rows, flag)}
  </div>`;
}

function drawRows(rows: readonly Reported[], flag: string) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What was given of ${flag}">
    <table>
      <thead>
        <tr>
          <th scope="col">Variant</th>
          <th scope="col">Given last</th>
          <th scope="col">By this ruleset or a later one</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ variant, lastAt, afterChange }) => html`<tr>
            <td>${variant}</td>
            <td>${lastAt === null ? html`never` : html`<t-ago .at=${lastAt}></t-ago>`}</td>
            <td>${SINCE[String(afterChange)]}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
