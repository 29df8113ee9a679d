import type { TemplateResult } from 'lit';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';

/** Asks, and ends a key or a token for good. True where it was done. */
export async function revokeFlow(path: string, name: string, body: TemplateResult): Promise<boolean> {
  const answer = await ask({ title: `Revoke ${name}?`, body, confirm: 'Revoke it', reason: 'optional' });
  if (answer === undefined) return false;
  try {
    const sending = { method: 'POST', body: { reason: answer.reason } } as const;
    const done = await send<{ durable?: 'journal' }>(`${path}/revoke`, sending);
    const later = ' The database is away: this node refuses it now, and the log gets it later.';
    tell(`${name} is revoked.${done.durable === 'journal' ? later : ''}`);
    return true;
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
    return false;
  }
}
