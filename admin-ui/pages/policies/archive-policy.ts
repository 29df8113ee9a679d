import type { PolicyAnswer } from '@turnout/server/contracts';
import { html } from 'lit';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';

/** Puts a policy away, or brings it back. True where it was done. */
export async function archivePolicy(path: string, { key, archived, attachments }: PolicyAnswer): Promise<boolean> {
  const verb = archived ? 'unarchive' : 'archive';
  const answer = await ask({
    title: archived ? `Bring ${key} back?` : `Archive ${key}?`,
    body: archived
      ? html`<p>Rollouts can go by it again. It is attached to nothing: say what it is for.</p>`
      : html`<p>
          No rollout starts with it any more; those that are under way go on by their version.
          ${attachments.length === 0 ? '' : `What it was attached to (${attachments.length}) is left without a policy.`}
        </p>`,
    confirm: archived ? 'Bring it back' : 'Archive it',
    reason: 'optional',
  });
  if (answer === undefined) return false;
  try {
    const body = answer.reason === undefined ? {} : { reason: answer.reason };
    await send(`${path}/policies/${encodeURIComponent(key)}/${verb}`, { method: 'POST', body });
    tell(archived ? `${key} is back.` : `${key} is archived.`);
    return true;
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
    return false;
  }
}
