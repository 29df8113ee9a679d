import type { Context, Explanation, Ruleset } from '@turnout/core';
import type { ConfigurationAnswer, FlagAnswer } from '@turnout/server/contracts';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from '../../client/live.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { asRefusal, Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import '../../parts/problem-view.ts';
import { tell } from '../../shell/notices.ts';
import { keepText, readText } from '../../shell/theme.ts';
import { base } from '../../styles/base.ts';
import type { Draft } from './draft.ts';
import './playground-answer.ts';
import { keepContext, readFragment, writeFragment } from './playground-context.ts';
import './playground-form.ts';
import {
  attributesNamed,
  flagFromDraft,
  type Reachable,
  type ReadFlag,
  type ReadSegment,
  rulesetFrom,
  segmentsNamed,
} from './playground-ruleset.ts';
import { readReachable } from './read-reachable.ts';

type Core = typeof import('@turnout/core');

/** After so long without typing a context counts as tried. */
const TRIED_MS = 1_500;
const BURST_MS = 200;
const FIRST: Context = { targetingKey: 'user-1' };

/** The ruleset as it would be, and the places whose users are drawn only when it is stored. */
interface Edited {
  ruleset: Ruleset;
  undrawn: string[];
}

/** What has to be known of an answer to what is not stored. */
function hintOf({ evaluation }: Explanation, undrawn: readonly string[]): string {
  if (evaluation.errorCode === 'PARSE_ERROR') return 'What was typed is not whole yet. Targeting says what is missing.';
  if (evaluation.reason !== 'SPLIT' || !undrawn.includes(evaluation.ruleId ?? 'fallthrough')) return '';
  return 'Who gets what here is drawn when it is stored: this user may get another variant then.';
}

/** What somebody would get of a flag and why, by the very evaluator that the apps run; nothing is asked or counted. */
@customElement('t-flag-playground')
export class FlagPlayground extends LitElement {
  static override styles = [
    base,
    css`
      .page {
        display: grid;
        grid-template-columns: minmax(0, 22rem) minmax(0, 1fr);
        gap: 1.25rem;
        align-items: start;
      }
      .ask,
      .answers {
        display: grid;
        gap: 0.9rem;
        min-width: 0;
      }
      .two {
        grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
      }
      @media (max-width: 900px) {
        .page {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property() project = '';
  @property() flag = '';
  @property({ attribute: false }) environment!: MyEnvironment;
  /** The flag as it was edited and not stored yet: then both answers are shown. */
  @property({ attribute: false }) draft: Draft | undefined;
  @state() private context: Context = readFragment(location.hash) ?? FIRST;
  @state() private reachable: Reachable | undefined;
  @state() private core: Core | undefined;
  @state() private refusal: Refusal | undefined;
  @state() private recent: readonly string[] = [];
  #asked = 0;
  #tried: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const again = () => {
      this.#again ??= setTimeout(() => void this.#read(), BURST_MS);
    };
    this.#stops = [live.on('change', again), live.on('reset', again)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
    clearTimeout(this.#again);
    clearTimeout(this.#tried);
  }

  get #shelf(): string {
    return `turnout-contexts ${this.project}`;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('project')) this.recent = readShelf(this.#shelf);
    const moved = changed.has('project') || changed.has('flag') || changed.has('environment');
    if (moved) this.reachable = undefined;
    if (moved || changed.has('draft')) void this.#read();
  }

  async #read(): Promise<void> {
    this.#again = undefined;
    this.#asked++;
    const mine = this.#asked;
    this.refusal = undefined;
    try {
      const [core, reachable] = await Promise.all([import('@turnout/core'), this.#readReachable()]);
      if (mine !== this.#asked) return;
      this.core = core;
      this.reachable = reachable;
    } catch (error) {
      if (mine === this.#asked) this.refusal = asRefusal(error);
    }
  }

  #readReachable(): Promise<Reachable> {
    const project = `/projects/${encodeURIComponent(this.project)}`;
    const here = `${project}/environments/${encodeURIComponent(this.environment.key)}`;
    const readers = {
      flag: (key: string) => orNone(readFlag(project, here, encodeURIComponent(key))),
      segment: (key: string) => orNone(send<ReadSegment>(`${here}/segments/${encodeURIComponent(key)}`)),
    };
    const { draft } = this;
    const also = {
      flags: draft?.prerequisites.map(({ flag }) => flag) ?? [],
      segments: draft?.rules.flatMap((rule) => segmentsNamed(rule.if)) ?? [],
    };
    return readReachable(this.flag, readers, also);
  }

  #asEdited(core: Core, ruleset: Ruleset, reachable: Reachable): Edited | undefined {
    const own = reachable.flags.find(({ flag }) => flag.key === this.flag);
    if (this.draft === undefined || own === undefined) return undefined;
    const { flag, undrawn } = flagFromDraft(own, this.draft, core.reweigh);
    return { ruleset: { ...ruleset, flags: { ...ruleset.flags, [this.flag]: flag } }, undrawn };
  }

  #explain(core: Core, ruleset: Ruleset): Explanation {
    return core.explain(core.compile(ruleset), this.flag, this.context);
  }

  override render() {
    const { core, reachable, refusal } = this;
    const problem = html`<t-problem .refusal=${refusal} .retry=${() => void this.#read()}></t-problem>`;
    if (core === undefined || reachable === undefined) {
      return refusal
        ? problem
        : html`<p class="quiet" role="status">Fetching the evaluator and what the flag depends on …</p>`;
    }
    const ruleset = rulesetFrom(this.project, this.environment.key, reachable);
    const edited = this.#asEdited(core, ruleset, reachable);
    return html`${problem}
      <div class="page">
        <div class="ask">
          <t-playground-form
            .context=${this.context}
            .named=${attributesNamed(edited?.ruleset ?? ruleset)}
            .recent=${this.recent}
            @context=${(event: CustomEvent<Context>) => this.#take(event.detail)}
          ></t-playground-form>
          <div class="row">
            <button @click=${() => void this.#share()}><wa-icon name="link" aria-hidden="true"></wa-icon>Copy a link</button>
            <span class="quiet small">Asked in this browser: nobody is told, nothing is counted.</span>
          </div>
        </div>
        ${this.#drawAnswers(core, ruleset, edited, reachable)}
      </div>`;
  }

  #drawAnswers(core: Core, ruleset: Ruleset, edited: Edited | undefined, { flags }: Reachable) {
    const own = flags.find(({ flag }) => flag.key === this.flag);
    const variants = Object.keys(own?.flag.variants ?? {});
    const draw = (heading: string, explanation: Explanation, offVariant: string | null, hint = '') =>
      html`<t-playground-answer
        .heading=${heading}
        .explanation=${explanation}
        .variants=${variants}
        .offVariant=${offVariant}
        .hint=${hint}
      ></t-playground-answer>`;
    const { name } = this.environment;
    const now = own?.configuration.offVariant ?? null;
    const stored = draw(edited ? `Stored, in ${name}` : `In ${name}`, this.#explain(core, ruleset), now);
    if (edited === undefined) return html`<div class="answers">${stored}</div>`;
    const would = this.#explain(core, edited.ruleset);
    const off = this.draft?.offVariant ?? null;
    return html`<div class="answers two">
      ${stored} ${draw('As edited, not stored yet', would, off, hintOf(would, edited.undrawn))}
    </div>`;
  }

  #take(context: Context): void {
    this.context = context;
    clearTimeout(this.#tried);
    this.#tried = setTimeout(() => {
      this.recent = keepContext(this.recent, context);
      keepText(this.#shelf, JSON.stringify(this.recent));
    }, TRIED_MS);
  }

  async #share(): Promise<void> {
    const link = `${location.origin}${location.pathname}${location.search}${writeFragment(this.context)}`;
    history.replaceState(null, '', link);
    try {
      await navigator.clipboard.writeText(link);
      tell('The link is copied. The context is in its last part, which browsers send to no server.');
    } catch {
      tell('This browser does not let the page copy. The link stands in the address bar.', { tone: 'warn' });
    }
  }
}

async function readFlag(project: string, here: string, key: string): Promise<ReadFlag> {
  const [flag, configuration] = await Promise.all([
    send<FlagAnswer>(`${project}/flags/${key}`),
    send<ConfigurationAnswer>(`${here}/flags/${key}`),
  ]);
  return { flag, configuration };
}

function orNone<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  });
}

function readShelf(name: string): string[] {
  try {
    const kept: unknown = JSON.parse(readText(name) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
