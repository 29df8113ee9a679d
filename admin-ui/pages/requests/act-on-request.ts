import type { WholeRequest } from '@turnout/server/contracts';
import { asRefusal } from '../../client/problem.ts';
import { ask, type Question } from '../../parts/ask-dialog.ts';
import { tell } from '../../shell/notices.ts';
import './request-form.ts';
import type { RequestReading } from './request-reading.ts';

type Verb = 'approve' | 'reject' | 'withdraw' | 'apply' | 'rebase';
export type Act = Verb | 'edit';

const DONE: Record<Verb, string> = {
  approve: 'is approved by you',
  reject: 'is rejected',
  withdraw: 'is withdrawn',
  apply: 'is applied',
  rebase: 'stands on what is there now',
};

/** What is asked before it is done; undefined where nothing is. */
function questionOf(verb: Verb, { title, environments }: WholeRequest): Question | undefined {
  const where = environments.join(', ');
  if (verb === 'reject')
    return {
      title: `Reject “${title}”?`,
      body: 'It stays closed. What was meant can be asked for anew.',
      confirm: 'Reject',
      reason: 'optional',
    };
  if (verb === 'withdraw')
    return {
      title: `Withdraw “${title}”?`,
      body: 'It stays closed. Nothing is changed by that.',
      confirm: 'Withdraw',
      reason: 'optional',
    };
  if (verb === 'apply') {
    return {
      title: `Apply “${title}” now?`,
      body: `All of it goes out as one change${where === '' ? '' : ` in ${where}`}, and is undone as one.`,
      confirm: 'Apply now',
    };
  }
  if (verb === 'approve') {
    return {
      title: `Approve “${title}”?`,
      body: 'You approve exactly what this page shows. If anybody edits it, your approval is void.',
      confirm: 'Approve',
    };
  }
  return undefined;
}

/** Does what somebody asked of a request, from the question to the notice. */
export async function runAct(act: Act, project: string, request: WholeRequest, reading: RequestReading): Promise<void> {
  if (act === 'edit') return edit(project, request, reading);
  const question = questionOf(act, request);
  const answer = question === undefined ? { reason: undefined } : await ask(question);
  if (answer === undefined) return;
  const { reason } = answer;
  const body = { ...(reason === undefined ? {} : { reason }), ...(act === 'approve' ? { hash: request.hash } : {}) };
  try {
    const { waits } = await reading.act(act, body);
    const more = act === 'approve' ? (waits === null ? ' It can be applied now.' : ` ${waits}`) : '';
    tell(`“${request.title}” ${DONE[act]}.${more}`);
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
  }
}

async function edit(project: string, request: WholeRequest, reading: RequestReading): Promise<void> {
  const form = document.createElement('t-request-form');
  Object.assign(form, { project, request });
  const changed = await form.open();
  if (changed !== undefined) tell(`“${changed.title}” is edited. What was approved of it is void.`);
  await reading.read();
}
