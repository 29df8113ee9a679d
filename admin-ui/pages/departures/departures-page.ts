import type { BoardAnswer } from '@turnout/server/contracts';
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followHere, type Here } from '../../client/here.ts';
import { Following } from '../../client/store.ts';
import '../../parts/code-snippet.ts';
import '../../parts/problem-view.ts';
import { sayMoment } from '../../parts/say-moment.ts';
import { route, setQuery } from '../../shell/navigation.ts';
import { base } from '../../styles/base.ts';
import { listPage } from '../../styles/list-page.ts';
import { boardFlow, chemspillFlow, trainFlow } from './board-flows.ts';
import './departure-table.ts';
import { DeparturesReading } from './departures-reading.ts';
import { departuresSheet } from './departures-sheet.ts';
import './line-stopped.ts';
import { mayDepart, mayMakeTrain } from './may-depart.ts';
import './past-departures.ts';
import { type Ahead, arrange, listAhead, nameOf } from './tell-departure.ts';
import './train-card.ts';
import { writeRoute } from '../../shell/route.ts';

const SHOWN = { board: 'Board', trains: 'Trains', past: 'By train' } as const;
type Shown = keyof typeof SHOWN;

/** What leaves when, as at a station; and the trains that it leaves with. */
@customElement('t-departures-page')
export class DeparturesPage extends LitElement {
  static override styles = [base, listPage, departuresSheet];

  @property() project = '';
  readonly #here = followHere(this);
  readonly #reading = new DeparturesReading(this);

  constructor() {
    super();
    new Following(this, route);
    this.addEventListener('due', () => this.#reading.readSoon());
  }

  override willUpdate(): void {
    if (route.value?.page === 'departures') this.#reading.follow(this.project);
  }

  get #shown(): Shown {
    const { show = '' } = route.value?.query ?? {};
    return Object.hasOwn(SHOWN, show) ? (show as Shown) : 'board';
  }

  override render() {
    const here = this.#here();
    if (here === undefined) return nothing;
    const { board, refusal } = this.#reading;
    return html`<div class="page">
      <div class="row">
        <h1>Departures</h1>
        <span class="quiet">what leaves together in ${here.project.name}, and when</span>
        <span class="spread"></span>
        ${board === undefined || board.trains.length === 0 ? nothing : this.#drawActs(here, board)}
      </div>
      <div class="states" role="group" aria-label="What is shown">
        ${(Object.keys(SHOWN) as Shown[]).map(
          (key) => html`<button
            aria-pressed=${key === this.#shown}
            @click=${() => setQuery({ show: key === 'board' ? '' : key, train: '' })}
          >
            ${SHOWN[key]}
          </button>`,
        )}
      </div>
      <t-problem .refusal=${refusal} .retry=${() => void this.#reading.read()}></t-problem>
      ${board === undefined ? drawReading(refusal === undefined) : this.#drawShown(here, board)}
    </div>`;
  }

  #drawActs(here: Here, board: BoardAnswer) {
    const places = board.trains.map(({ environment }) =>
      here.project.environments.find(({ key }) => key === environment),
    );
    const can = (act: 'board' | 'chemspill') =>
      places.map((place) => mayDepart(place, act)).find(({ yes }) => yes) ?? mayDepart(places[0], act);
    const [boards, spills] = [can('board'), can('chemspill')];
    const after = () => void this.#reading.read();
    return html`<button
        aria-disabled=${!spills.yes}
        title=${spills.why ?? 'Chemspill: an emergency departure, which leaves now'}
        @click=${() => spills.yes && void chemspillFlow(here, board.trains).then(after)}
      >
        <wa-icon name="siren" aria-hidden="true"></wa-icon>Chemspill
      </button>
      <button
        class="primary"
        aria-disabled=${!boards.yes}
        title=${boards.why ?? ''}
        @click=${() => boards.yes && void boardFlow(here, { trains: board.trains }).then(after)}
      >
        <wa-icon name="plus" aria-hidden="true"></wa-icon>Board a change
      </button>`;
  }

  #drawShown(here: Here, board: BoardAnswer) {
    if (this.#shown === 'past') {
      return html`<t-past-departures
        .project=${here.project}
        .trains=${board.trains}
        .train=${route.value?.query.train ?? ''}
      ></t-past-departures>`;
    }
    if (board.trains.length === 0 && board.departures.length === 0) return this.#drawEmpty(here);
    const stopped = board.trains.filter((train) => train.stopped !== null);
    return html`${drawNobodyActs(board)} ${this.#drawOwed(here, board)}
      ${stopped.map(
        (train) => html`<t-line-stopped
          .project=${here.project}
          .train=${train}
          @done=${() => void this.#reading.read()}
        ></t-line-stopped>`,
      )}
      ${this.#shown === 'trains' ? this.#drawTrains(here, board) : this.#drawBoard(here, board)}`;
  }

  #drawOwed({ project }: Here, { owed }: BoardAnswer) {
    if (owed.length === 0) return nothing;
    return html`<section class="banner" role="status">
      <h2>${owed.length === 1 ? 'A postmortem is owed' : `${owed.length} postmortems are owed`}</h2>
      <ul>
        ${owed.map((item) => {
          const params = { project: project.key, train: item.train, number: String(item.number) };
          const { chemspill } = item;
          return html`<li>
            <a href=${writeRoute('departure', params, { env: item.environment })}>${nameOf(item)}</a>, a chemspill (an
            emergency departure)${chemspill === null ? nothing : html`: <q>${chemspill.reason}</q>. It is due until ${sayMoment(chemspill.postmortemDue)}.`}
          </li>`;
        })}
      </ul>
    </section>`;
  }

  #drawBoard({ project }: Here, board: BoardAnswer) {
    const { underWay, next, lately } = arrange(board.departures);
    const table = (label: string, items: typeof next) =>
      items.length === 0
        ? nothing
        : html`<section>
            <h2>${label} <span class="quiet">${items.length}</span></h2>
            <t-departure-table
              .label=${label}
              .project=${project}
              .items=${items}
              .trains=${board.trains}
              .moved=${this.#reading.moved}
              .skew=${this.#reading.skew}
            ></t-departure-table>
          </section>`;
    return html`${table('Under way', underWay)} ${table('Next', next)}
      ${next.length === 0 ? html`<p class="quiet">No departure is ahead.</p>` : nothing} ${drawAhead(listAhead(board))}
      ${table('In the last week', lately)}`;
  }

  #drawTrains(here: Here, { trains }: BoardAnswer) {
    const may = mayMakeTrain(here.project);
    return html`<h2 class="sr">Trains</h2>
      <p class="row">
        <button aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void this.#make(here)}>
          <wa-icon name="plus" aria-hidden="true"></wa-icon>New train
        </button>
        ${may.yes ? nothing : html`<span class="quiet small">${may.why}</span>`}
      </p>
      <div class="cards">
        ${trains.map(
          (train) => html`<t-train-card
            .project=${here.project}
            .train=${train}
            @done=${() => void this.#reading.read()}
          ></t-train-card>`,
        )}
      </div>`;
  }

  async #make(here: Here): Promise<void> {
    await trainFlow(here);
    await this.#reading.read();
  }

  #drawEmpty(here: Here) {
    const may = mayMakeTrain(here.project);
    const { environment } = here;
    return html`<div class="card empty">
      <h2>No train runs here yet</h2>
      <p>
        A train is a timetable on which changes leave together: every Wednesday, or when five are ready, or at a date that
        does not move. Who misses it takes the next. What has left together can be taken back together.
      </p>
      <ol>
        <li>Make a train for ${environment.name}: when it leaves, and until when one may come aboard.</li>
        <li>Board a change: a rollout of a flag, or a request. It leaves with the others.</li>
        <li>See it leave here. Whoever sees something wrong stops the line.</li>
      </ol>
      <t-snippet
        caption="The same by command line"
        .text=${`npx turnout train create weekly -e ${environment.key} --rule '0 10 * * 3' --zone ${HERE} --cut-off 4h --reason 'a rhythm'\nnpx turnout board`}
      ></t-snippet>
      <p>
        <button class="primary" aria-disabled=${!may.yes} title=${may.why ?? ''} @click=${() => may.yes && void this.#make(here)}>
          Make the first train
        </button>
        ${may.yes ? nothing : html`<span class="quiet small">${may.why}</span>`}
      </p>
    </div>`;
  }
}

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function drawReading(isReading: boolean) {
  return isReading ? html`<p class="quiet" role="status">Loading …</p>` : nothing;
}

function drawNobodyActs({ acts }: BoardAnswer) {
  if (acts) return nothing;
  return html`<p class="banner" role="alert">
    <strong>Nothing leaves now.</strong> No node has acted for a while: the database is away, or none runs. What is aboard
    stays aboard. Turning off and killing are tried as ever.
  </p>`;
}

/** Later times, those at which a freeze lets nothing leave among them. */
function drawAhead(ahead: readonly Ahead[]) {
  if (ahead.length === 0) return nothing;
  return html`<section>
    <h2>Further ahead</h2>
    <ul class="ahead card" aria-label="Further ahead">
      ${ahead.map(
        ({ train, at, freeze }) => html`<li class=${freeze === undefined ? '' : 'skipped'}>
          <span class="clock">${sayMoment(at)}</span> <span class="name">${train}</span>
          ${freeze === undefined ? nothing : html`<span class="tag"><wa-icon name="freeze" aria-hidden="true"></wa-icon>does not leave: ${freeze}</span>`}
        </li>`,
      )}
    </ul>
  </section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    't-departures-page': DeparturesPage;
  }
}
