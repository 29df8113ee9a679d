import type { TemplateResult } from 'lit';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';

/** What is to be deleted: how it is called, what comes of that, and where it is. */
interface Deletion {
  name: string;
  body: string | TemplateResult;
  path: string;
  version?: number;
}

/** Asks, deletes, and says what came of it; false where whoever was asked changed their mind. */
export async function deleteItem({ name, body, path, version }: Deletion): Promise<boolean> {
  const answer = await ask({ title: `Delete ${name}?`, body, confirm: 'Delete it', reason: 'optional' });
  if (answer === undefined) return false;
  try {
    const reason = answer.reason === undefined ? {} : { reason: answer.reason };
    await send(path, { method: 'DELETE', body: reason, ...(version === undefined ? {} : { version }) });
    tell(`${name} is deleted.`);
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
  }
  return true;
}
