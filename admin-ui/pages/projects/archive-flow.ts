import type { ProjectAnswer } from '@turnout/server/contracts';
import { html } from 'lit';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { readSession } from '../../client/session.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';

type Named = Pick<ProjectAnswer, 'key' | 'name' | 'demo'>;
const UNDO_MS = 15_000;

const post = (key: string, verb: 'archive' | 'unarchive', reason?: string) =>
  send(`/projects/${encodeURIComponent(key)}/${verb}`, {
    method: 'POST',
    body: reason === undefined ? {} : { reason },
  });

/** Puts a project away, after a question. True where it was done. */
export async function archiveFlow({ key, name, demo }: Named): Promise<boolean> {
  const answer = await ask({
    title: demo ? 'Remove the demo?' : `Archive ${name}?`,
    body: html`<p>
      ${name} leaves every list, its keys and tokens are refused, and its apps keep what they have. Nothing is deleted: it
      can be brought back from this page.
    </p>`,
    confirm: demo ? 'Remove the demo' : 'Archive it',
    reason: 'optional',
  });
  if (answer === undefined) return false;
  try {
    await post(key, 'archive', answer.reason);
    const undo = { forMs: UNDO_MS, run: () => bringBack(key) };
    tell(demo ? 'The demo is removed.' : `${name} is archived.`, { undo });
    await readSession();
    return true;
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
    return false;
  }
}

/** Brings one back as it was. */
export async function bringBack(key: string): Promise<void> {
  await post(key, 'unarchive');
  await readSession();
}
