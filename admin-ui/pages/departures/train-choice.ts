import type { TrainAnswer } from '@turnout/server/contracts';
import { html, nothing } from 'lit';

/** Which train; where there is one only, nothing is asked. */
export function chooseTrain(trains: readonly TrainAnswer[], chosen: string, choose: (key: string) => void) {
  if (trains.length < 2) return nothing;
  return html`<div class="field">
    <label for="train">Train</label>
    <select id="train" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${trains.map(
        ({ key, environment, says }) =>
          html`<option value=${key} ?selected=${key === chosen}>${key} to ${environment}: ${says}</option>`,
      )}
    </select>
  </div>`;
}
