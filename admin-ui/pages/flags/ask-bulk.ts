import type { FlagAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';
import type { Here } from '../../client/here.ts';
import type { ask as askPerson } from '../../parts/ask-dialog.ts';
import { asksWhy, type BulkVerb } from './bulk-verbs.ts';
import { askWords, consequence, VERB_WORDS } from './bulk-words.ts';
import { sorted } from './list-choices.ts';

interface Asked {
  verb: BulkVerb;
  flags: readonly FlagAnswer[];
  here: Here;
  /** The tags that the project knows. */
  tags: readonly string[];
}

const MOST_NAMED = 8;

/** Asks once, whatever their number; undefined where somebody thought better of it. */
export async function askBulk(ask: typeof askPerson, { verb, flags, here, tags }: Asked) {
  let tag = '';
  const known = verb === 'untag' ? sorted(new Set(flags.flatMap((flag) => flag.tags))) : tags;
  const answer = await ask({
    title: askWords(verb, flags.length, here),
    body: html`<div class="stack">
      <p>${consequence(verb)}</p>
      ${drawNames(flags)}
      ${
        verb === 'tag' || verb === 'untag'
          ? drawTag(verb, known, (text) => {
              tag = text.trim();
            })
          : nothing
      }
    </div>`,
    confirm: VERB_WORDS[verb],
    ...(verb === 'kill' ? { tone: 'kill' as const } : {}),
    ...(verb === 'tag' || verb === 'untag' ? {} : { reason: asksWhy(here, verb) ? 'required' : 'optional' }),
  });
  return answer === undefined ? undefined : { verb, tag, reason: answer.reason };
}

function drawNames(flags: readonly FlagAnswer[]) {
  const more = flags.length - MOST_NAMED;
  return html`<p class="small" style="overflow-wrap:anywhere">
    ${flags.slice(0, MOST_NAMED).map(({ key }, at) => html`${at === 0 ? '' : ', '}<code>${key}</code>`)}${
      more > 0 ? html` and ${more.toLocaleString('en')} more` : nothing
    }
  </p>`;
}

function drawTag(verb: BulkVerb, known: readonly string[], hear: (text: string) => void) {
  const input = (event: Event) => hear((event.target as HTMLInputElement | HTMLSelectElement).value);
  if (verb === 'untag') {
    return html`<div class="field">
      <label for="tag">Tag</label>
      <select id="tag" required @change=${input}>
        <option value="">Which one?</option>
        ${known.map((tag) => html`<option>${tag}</option>`)}
      </select>
    </div>`;
  }
  return html`<div class="field">
    <label for="tag">Tag</label>
    <input id="tag" list="tags" required pattern=".*\\S.*" maxlength="128" autocomplete="off" autofocus @input=${input} />
    <datalist id="tags">
      ${known.map((tag) => html`<option value=${tag}></option>`)}
    </datalist>
  </div>`;
}
