import type { EvaluationSummaryAnswer, FlagAnswer } from '@turnout/server/contracts';
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { live } from 'lit/directives/live.js';
import type { Verb } from '../../client/flip.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { mayFlip } from '../../parts/flip-flow.ts';
import '../../parts/rollout-bar.ts';
import { showCount } from '../../parts/show-share.ts';
import '../../parts/spark-line.ts';
import '../../parts/state-switch.ts';
import { writeRoute } from '../../shell/route.ts';
import { sumOf } from './arrange-flags.ts';
import { servedShares } from './served-bar.ts';

/** What rows are drawn from, beside their flags. */
export interface RowsContext {
  project: string;
  environments: readonly MyEnvironment[];
  /** The environment that is looked at; its cell says more than the others'. */
  chosen: string;
  evaluations: ReadonlyMap<string, EvaluationSummaryAnswer>;
  selected: ReadonlySet<string>;
  flashing: ReadonlySet<string>;
  /** Flags in environments that are being flipped, as `<flag>/<environment>`. */
  busy: ReadonlySet<string>;
  /** The key of the row that the keys move. */
  active: string;
  pick: (event: MouseEvent, key: string) => void;
  flip: (key: string, environment: MyEnvironment, verb: Verb, blocked: string) => void;
}

/** One flag. Only the active row is reached by Tab: sixty rows of switches lie between nobody and the next thing. */
export function drawRow(flag: FlagAnswer, index: number, context: RowsContext): TemplateResult {
  const { key } = flag;
  const active = key === context.active;
  const tab = active ? 0 : -1;
  const selected = context.selected.has(key);
  const classes = [
    'row flag-row',
    active ? 'active' : '',
    flag.archived ? 'archived' : '',
    context.flashing.has(key) ? 'flash' : '',
  ];
  return html`<div
    role="row"
    id="row-${key}"
    class=${classes.join(' ')}
    data-key=${key}
    aria-rowindex=${index + 2}
    aria-selected=${selected}
  >
    <div role="gridcell" class="pick">
      <input
        type="checkbox"
        tabindex=${tab}
        aria-label="Select ${key}"
        .checked=${live(selected)}
        @click=${(event: MouseEvent) => context.pick(event, key)}
      />
    </div>
    ${drawFlag(flag, context, tab)} ${drawAbout(flag)}
    ${context.environments.map((environment) => drawServed(flag, environment, context, tab))}
    ${drawAsked(context.evaluations.get(key), key)} ${drawLife(flag, context.evaluations.get(key))}
  </div>`;
}

function drawFlag({ key, name, tags, archived }: FlagAnswer, { project, chosen }: RowsContext, tab: number) {
  return html`<div role="rowheader" class="flag">
    <div class="first">
      <a class="key clip" tabindex=${tab} href=${writeRoute('flag', { project, flag: key }, { env: chosen })}>${key}</a>
      ${archived ? html`<span class="tag">archived</span>` : nothing}
    </div>
    <div class="second">
      <span class="name clip" title=${name}>${name}</span>
      <span class="tags-under">${drawTags(tags, 1)}</span>
    </div>
  </div>`;
}

function drawAbout({ kind, owner, tags }: FlagAnswer) {
  return html`<div role="gridcell" class="kind">${kind}</div>
    <div role="gridcell" class="owner">
      <span class="clip" title=${owner}>${owner === '' ? html`<span class="quiet">–</span>` : owner}</span>
      <span class="kind-under clip">${kind}</span>
    </div>
    <div role="gridcell" class="tags">${drawTags(tags, 2)}</div>`;
}

/** Two short tags have room side by side; of two long ones neither could be read. */
const LETTERS = 14;

function drawTags(tags: readonly string[], most: number) {
  const [first = '', second = ''] = tags;
  const fits = first.length + second.length > LETTERS ? 1 : most;
  const more = tags.length - fits;
  return html`${tags.slice(0, fits).map((tag) => html`<span class="tag clip" title=${tag}>${tag}</span>`)}
  ${more > 0 ? html`<span class="tag" title=${tags.slice(fits).join(', ')}>+${more}</span>` : nothing}`;
}

function drawServed(flag: FlagAnswer, environment: MyEnvironment, context: RowsContext, tab: number) {
  const chosen = environment.key === context.chosen;
  const summary = flag.environments[environment.key];
  const classes = chosen ? 'served chosen' : 'served';
  if (summary === undefined) return html`<div role="gridcell" class=${classes}><span class="quiet">–</span></div>`;
  const verb = summary.killed ? 'restore' : summary.state === 'on' ? 'off' : 'on';
  const may = mayFlip(environment, verb);
  const why = flag.archived
    ? 'It is archived, so no environment has it.'
    : may.yes
      ? ''
      : (may.why ?? 'You may not do that here.');
  return html`<div role="gridcell" class=${classes}>
    <t-switch
      tabindex=${ifDefined(tab === -1 ? '-1' : undefined)}
      .state=${summary.state}
      .killed=${summary.killed}
      .busy=${context.busy.has(`${flag.key}/${environment.key}`)}
      .label="${flag.key} in ${environment.name}"
      .why=${why}
      @toggle=${() => context.flip(flag.key, environment, verb, why)}
    ></t-switch>
    <div class="what">
      <t-bar .shares=${servedShares(Object.keys(flag.variants), summary)}></t-bar>
      ${chosen ? html`<span class="serves clip" title=${summary.serves}>${summary.serves}</span>` : nothing}
    </div>
  </div>`;
}

function drawAsked(evaluations: EvaluationSummaryAnswer | undefined, key: string) {
  const total = sumOf(evaluations?.lastDay);
  const words = `${key}: ${total.toLocaleString('en')} evaluations in 24 hours`;
  return html`<div role="gridcell" class="asked" title=${words}>
    ${
      evaluations === undefined || total === 0
        ? html`<span class="quiet">${evaluations === undefined ? '' : 'none'}</span>`
        : html`<t-spark .counts=${evaluations.lastDay} .label=${words}></t-spark
            ><span class="total" aria-hidden="true">${showCount(total)}</span>`
    }
  </div>`;
}

const TONES: Record<string, string> = { stale: 'warn', 'fully on': 'on' };

function drawLife({ archived }: FlagAnswer, evaluations: EvaluationSummaryAnswer | undefined) {
  if (evaluations === undefined || archived) return html`<div role="gridcell" class="life"></div>`;
  const { state, why } = evaluations.lifecycle;
  return html`<div role="gridcell" class="life">
    <span class="tag ${TONES[state] ?? ''}" title=${why}>${state}<span class="sr">. ${why}</span></span>
  </div>`;
}
