import type { FlipReceiptsShown, RolloutAnswer } from '@turnout/server/contracts';
import { html, type TemplateResult } from 'lit';
import type { MyEnvironment, MyProject } from '../../client/me.ts';
import { asRefusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import { asksReason, maySteer } from './may-steer.ts';
import { keepWarnings } from './start-flow.ts';
import type { Verb } from './tell-rollout.ts';

interface Steered {
  rollout: RolloutAnswer;
  warnings?: string[];
  receipts?: FlipReceiptsShown;
}

/** Of which rollout it is, and where that is now. */
export interface SteerPlace {
  project: MyProject;
  rollout: RolloutAnswer;
  environment: MyEnvironment | undefined;
}

/**
 * Does what a person asked of a rollout, from the question to the notice; answers the rollout as it is then, undefined
 * where nothing was done. Rolling back asks for a reason and for nothing else.
 */
export async function steerFlow(place: SteerPlace, verb: Verb): Promise<RolloutAnswer | undefined> {
  const may = maySteer(place.environment, verb);
  if (!may.yes) {
    tell(may.why ?? 'You may not do that here.', { tone: 'warn' });
    return undefined;
  }
  const { flag } = place.rollout;
  const extra = { newSalt: false };
  const { title, body, confirm } = QUESTIONS[verb](flag, place);
  const whole = verb === 'retry' ? html`<p>${body}</p>${drawNewSalt(extra)}` : body;
  const answer = await ask({ title, body: whole, confirm, reason: asksReason(verb, place.environment) });
  if (answer === undefined) return undefined;
  return doIt(place, verb, { reason: answer.reason, ...(extra.newSalt ? extra : {}) });
}

function drawNewSalt(extra: { newSalt: boolean }) {
  const turn = (event: Event) => {
    extra.newSalt = (event.target as HTMLInputElement).checked;
  };
  return html`<label style="display:flex;gap:0.5rem;align-items:center;margin-top:0.6rem">
    <input type="checkbox" @change=${turn} /> Draw all users anew
  </label>`;
}

async function doIt(
  { project, rollout }: SteerPlace,
  verb: Verb,
  body: { reason: string | undefined; newSalt?: boolean },
) {
  const path = `/projects/${encodeURIComponent(project.key)}/rollouts/${encodeURIComponent(rollout.id)}/${verb}`;
  try {
    const done = await send<Steered>(path, { method: 'POST', body });
    tell(SAID[verb](rollout.flag));
    if (verb === 'retry') {
      keepWarnings(done.rollout.id, done.warnings ?? []);
      goTo('rollout', { project: project.key, rollout: done.rollout.id });
      return undefined;
    }
    return done.rollout;
  } catch (error) {
    const { title, detail } = asRefusal(error).problem;
    tell(`${title}: ${detail}`, { tone: 'warn' });
    return undefined;
  }
}

type Asked = (flag: string, place: SteerPlace) => { title: string; body: TemplateResult | string; confirm: string };

const nameOf = ({ environment }: SteerPlace) => environment?.name ?? 'its environment';

const QUESTIONS: Record<Verb, Asked> = {
  advance: (flag) => ({
    title: `Press Advance for ${flag}?`,
    body: 'It skips nothing: where a condition is open, it is waited for, and then the next stage is entered.',
    confirm: 'Advance',
  }),
  pause: (flag) => ({
    title: `Pause ${flag}?`,
    body: 'Users keep what they have now. It stands until somebody resumes it or rolls it back; its guards watch on.',
    confirm: 'Pause',
  }),
  resume: (flag) => ({
    title: `Resume ${flag}?`,
    body: 'The same stage is entered anew: its bake, its units, its gates and its approvals begin again.',
    confirm: 'Resume',
  }),
  rollback: (flag, place) => ({
    title: `Roll ${flag} back in ${nameOf(place)}?`,
    body: html`At once, whatever else is true: users there get again what was served before it began. It waits for no
      approval and no freeze.`,
    confirm: 'Roll back',
  }),
  retry: (flag) => ({
    title: `Try ${flag} again?`,
    body: html`A new rollout begins at the first environment that is not finished, by the same policy: its first stage is
      entered as soon as nothing stands before it. The same users are drawn as before, so a chance imbalance would
      repeat.`,
    confirm: 'Try again',
  }),
  'ask-again': (flag) => ({
    title: `Ask again for the approval of ${flag}?`,
    body: 'It shows in the requests of whoever may give it, as it did at first. Your own approval of it does not count.',
    confirm: 'Ask again',
  }),
  'override-ratio': (flag) => ({
    title: `Go on past unequal arms of ${flag}?`,
    body: html`The arms are not as large as they were cut, so what is counted may be wrong. If you go on, the same stage
      is entered anew, and nothing is compared with the control in it. What else watches it goes on watching.`,
    confirm: 'Go on without comparing',
  }),
};

const SAID: Record<Verb, (flag: string) => string> = {
  advance: (flag) => `Advance is pressed for ${flag}.`,
  pause: (flag) => `${flag} is paused. Users keep what they have.`,
  resume: (flag) => `${flag} goes on, with a new entry of the same stage.`,
  rollback: (flag) => `${flag} goes back. It is back when all apps have it: see the meter.`,
  retry: (flag) => `${flag} is tried again, by a new rollout.`,
  'ask-again': (flag) => `The approval of ${flag} is asked for again.`,
  'override-ratio': (flag) => `${flag} goes on, with a new entry of the same stage in which nothing is compared.`,
};
