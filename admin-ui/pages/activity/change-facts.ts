import type { WholeChange } from '@turnout/server/contracts';
import { html, nothing, type TemplateResult } from 'lit';
import { isProduction, type MyProject } from '../../client/me.ts';
import { flagOf, splitSubject, type ToldChange, tellActor, tellDirection } from '../../parts/change-words.ts';
import '../../parts/relative-time.ts';
import { spellMarks } from '../../parts/spell-marks.ts';
import { writeRoute } from '../../shell/route.ts';
import type { Around } from './read-around.ts';

/** Who, when, what, why, and which way it went. */
export function drawFacts(whole: WholeChange, project: MyProject, around: Around | undefined): TemplateResult {
  const { id, seq, at, action, reason, killId, undoes } = whole;
  return html`<dl>
    <dt>When</dt>
    <dd><t-ago .at=${at}></t-ago>, ${new Date(at).toLocaleString()}</dd>
    <dt>By</dt>
    <dd>
      <a href=${writeRoute('activity', { project: project.key }, { actor: whole.actor })}>${tellActor(whole)}</a>
      <span class="quiet mono small">${whole.actor}</span>
    </dd>
    <dt>What</dt>
    <dd><code>${action}</code> of ${drawSubject(whole, project.key)}</dd>
    ${fact('Why', reason === null ? html`<span class="quiet">no reason was given</span>` : html`<span class="reason">${spellMarks(reason)}</span>`)}
    ${whole.environments.length === 0 ? nothing : fact('Where', drawPlaces(whole.environments, project))}
    ${killId === null ? nothing : fact('Kill', html`<code>${killId}</code>`)}
    ${undoes === null ? nothing : fact('Undoes', linkTo(project.key, undoes, `change ${undoes}`))}
    ${drawUndoneBy(around, project.key)}
    <dt>Entry</dt>
    <dd>change ${id}; entry ${seq} of this project’s chain</dd>
  </dl>`;
}

function fact(name: string, content: TemplateResult) {
  return html`<dt>${name}</dt>
    <dd>${content}</dd>`;
}

function linkTo(project: string, change: number, words: string) {
  return html`<a href=${writeRoute('change', { project, change: String(change) })}>${words}</a>`;
}

function drawUndoneBy(around: Around | undefined, project: string) {
  const by = around?.undoneBy;
  if (by === undefined) return nothing;
  return fact(
    'Undone',
    html`by ${linkTo(project, by.id, `change ${by.id}`)}, <t-ago .at=${by.at}></t-ago>, ${tellActor(by)}`,
  );
}

function drawSubject({ subject }: WholeChange, project: string) {
  const flag = flagOf(subject);
  if (flag !== undefined) return html`<a href=${writeRoute('flag', { project, flag })}>${subject}</a>`;
  const { kind, key } = splitSubject(subject);
  if (kind === 'segment') return html`<a href=${writeRoute('segment', { project, segment: key })}>${subject}</a>`;
  return html`${subject}`;
}

function drawPlaces(places: ToldChange['environments'], project: MyProject) {
  return html`<ul>
    ${places.map(({ key, position, direction }) => {
      const place = project.environments.find((one) => one.key === key);
      const { sign, why } = tellDirection(direction);
      const production = isProduction(place ?? { key, protected: false }) ? 'production' : '';
      return html`<li>
        <span class="tag ${production}">${place?.name ?? key} <span aria-hidden="true">${sign}</span></span>
        ${why} <span class="quiet mono small">${position}</span>
      </li>`;
    })}
  </ul>`;
}
