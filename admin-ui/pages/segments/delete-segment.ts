import type { SegmentWithUsers } from '@turnout/server/contracts';
import { html } from 'lit';
import { undoChange } from '../../client/flip.ts';
import type { Here } from '../../client/here.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { GRACE_MS } from '../flag/tell-stored.ts';

/** Asks, deletes the segment as it was seen, and goes to the list. `leave` is called before the page is left. */
export async function deleteSegment(place: Here, segment: SegmentWithUsers, leave: () => void): Promise<void> {
  const { project, environment } = place;
  const listed = segment.included.length + segment.excluded.length;
  const answer = await ask({
    title: `Delete ${segment.key} in ${environment.name}?`,
    body: html`<p>
      Nobody names it, so users get the same as now. ${listed > 0 ? `Its ${listed} listed members go with it. ` : ''}The
      change log keeps it, and can put it back.
    </p>`,
    confirm: 'Delete it',
    reason: environment.reasonRequired ? 'required' : 'optional',
  });
  if (answer === undefined) return;
  const path = `/projects/${encodeURIComponent(project.key)}/environments/${environment.key}/segments/${encodeURIComponent(segment.key)}`;
  try {
    const body = answer.reason === undefined ? {} : { reason: answer.reason };
    const sending = { method: 'DELETE', version: segment.version, body } as const;
    const { change } = await send<{ change?: { id: number } }>(path, sending);
    leave();
    goTo('segments', { project: project.key }, { env: environment.key });
    const run = () => (change ? undoChange(project.key, change.id, 'taken back at once') : Promise.resolve());
    tell(`${segment.key} is deleted in ${environment.name}.`, { undo: { forMs: GRACE_MS, run } });
  } catch (error) {
    const { title, detail, code } = asRefusal(error).problem;
    const text = code === 'stale_version' ? 'Somebody changed it just now. Look again first.' : `${title}: ${detail}`;
    tell(text, { tone: 'warn' });
  }
}
