import type { WholeChange } from '@turnout/server/contracts';
import { html } from 'lit';
import { undoChange } from '../client/flip.ts';
import { actorOf, type MyProject } from '../client/me.ts';
import { asRefusal } from '../client/problem.ts';
import { send } from '../client/send-request.ts';
import { requireMe } from '../client/session.ts';
import { tell } from '../shell/notices.ts';
import { ask } from './ask-dialog.ts';
import { flagOf, type ToldChange } from './change-words.ts';
import './diff-view.ts';
import { mayUndo, undoAsksReason } from './may-undo.ts';

/** How the log calls whoever looks at this screen. */
export function myActor(): string {
  return actorOf(requireMe().principal);
}

/** Whether the person at the screen may undo it now, and why not. */
export function mayUndoHere(change: ToldChange, project: MyProject) {
  return mayUndo(change, project, { actor: myActor(), now: Date.now() });
}

/** Shows what undoing a change would put back, asks, and does it. True where it was done. */
export async function undoFlow(project: MyProject, change: ToldChange): Promise<boolean> {
  const may = mayUndoHere(change, project);
  if (!may.yes) {
    tell(may.why ?? 'You may not undo this.', { tone: 'warn' });
    return false;
  }
  try {
    const whole = await send<WholeChange>(`/projects/${project.key}/changes/${change.id}`);
    const answer = await ask({
      title: `Undo change ${change.id}?`,
      body: drawUndo(whole),
      confirm: 'Undo it',
      reason: undoAsksReason(change, project) ? 'required' : 'optional',
    });
    if (answer === undefined) return false;
    await undoChange(project.key, change.id, answer.reason);
    tell(`Change ${change.id} is undone, by a new change.`);
    return true;
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
    return false;
  }
}

function drawUndo({ summary, subject, before, after }: WholeChange) {
  const gone =
    flagOf(subject) === undefined
      ? 'What it made is deleted.'
      : 'The flag that it made is archived. Its key stays taken.';
  return html`<div class="stack">
    <p>${summary}</p>
    <p class="quiet">This is put back, as a new change. Nothing else that was changed since is touched.</p>
    ${before === null ? html`<p>${gone}</p>` : html`<t-diff .was=${after} .now=${before}></t-diff>`}
  </div>`;
}
