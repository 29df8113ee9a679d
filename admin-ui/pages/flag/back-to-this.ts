import type { Patch } from '@turnout/core';
import type { ConfigurationAnswer, FlagAnswer, WholeChange } from '@turnout/server/contracts';
import { html } from 'lit';
import { undoChange } from '../../client/flip.ts';
import type { MyEnvironment } from '../../client/me.ts';
import { asRefusal, type ProblemAnswer, Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';
import { ask } from '../../parts/ask-dialog.ts';
import { tellDirection } from '../../parts/change-words.ts';
import '../../parts/diff-view.ts';
import '../../parts/problem-view.ts';
import { tell } from '../../shell/notices.ts';
import { missingVariants, type Written, writtenNow, writtenOf } from './put-back.ts';
import { type Changed, putFlag } from './save-flow.ts';

export interface BackTo {
  project: string;
  flag: string;
  environment: MyEnvironment;
  change: number;
}

/** How the flag was set in the environment right after a change; undefined where it was not there. */
function readWritten({ environments }: WholeChange, environment: string, flag: string): Written | undefined {
  const patch = environments.find(({ key }) => key === environment)?.patch as Patch | undefined;
  const found = patch?.flags[flag];
  return found && writtenOf(found);
}

function say(text: string): void {
  tell(text, { tone: 'warn' });
}

/**
 * Puts the flag back as it was right after a change, in one environment, as a new change: shows first what that would
 * alter and which way it goes, and asks. True where it was stored.
 */
export async function backToThis(back: BackTo): Promise<boolean> {
  try {
    return await goBack(back);
  } catch (error) {
    const { title, detail, code } = asRefusal(error).problem;
    say(
      code === 'stale_version'
        ? 'Somebody changed the flag just now. Look again before you go back.'
        : `${title}: ${detail}`,
    );
    return false;
  }
}

async function goBack({ project, flag, environment, change }: BackTo): Promise<boolean> {
  const key = encodeURIComponent(flag);
  const address = `/projects/${project}/environments/${environment.key}/flags/${key}`;
  const [whole, now, { variants, archived }] = await Promise.all([
    send<WholeChange>(`/projects/${project}/changes/${change}`),
    send<ConfigurationAnswer>(address),
    send<FlagAnswer>(`/projects/${project}/flags/${key}`),
  ]);
  const wanted = readWritten(whole, environment.key, flag);
  if (wanted === undefined) return refuse('After this change the flag was archived. Go back to another entry.');
  if (archived) return refuse('The flag is archived. Bring it back first.');
  const missing = missingVariants(wanted, Object.keys(variants));
  if (missing.length > 0) return refuse(`The flag has no variant ${missing.join(' and ')} any more. Add it first.`);
  const tried = await putFlag<ConfigurationAnswer>(address, wanted, {
    version: now.version,
    reason: undefined,
    dry: true,
  });
  const answer = await ask({
    title: `Back to change ${change} in ${environment.name}?`,
    body: drawReview(writtenNow(now), wanted, tried, environment.key),
    confirm: 'Put it back',
    reason: environment.reasonRequired ? 'required' : 'optional',
  });
  if (answer === undefined) return false;
  const reason = answer.reason ?? `Back to change ${change}`;
  const stored = await putFlag<ConfigurationAnswer>(address, wanted, { version: now.version, reason });
  tellStored(
    project,
    `${flag} in ${environment.name} is as after change ${change}: ${stored.flag.serves}.`,
    stored.change?.id,
  );
  return true;
}

function refuse(why: string): false {
  say(why);
  return false;
}

function tellStored(project: string, text: string, change: number | undefined): void {
  if (change === undefined) tell('Nothing was different: nothing had to be done.');
  else tell(text, { undo: { forMs: 55_000, run: () => undoChange(project, change, 'taken back at once') } });
}

function drawReview(now: Written, wanted: Written, { dryRun }: Changed<ConfigurationAnswer>, environment: string) {
  const direction = dryRun?.directions[environment] ?? null;
  const { sign, why } = tellDirection(direction);
  return html`<div class="stack">
    <p>Everything of the flag in this environment is put back, as a new change. The kill, if there is one, stays.</p>
    ${direction === null ? '' : html`<p><span aria-hidden="true">${sign}</span> ${why}</p>`}
    <t-diff .was=${now} .now=${wanted} none="It is like that now: there is nothing to put back."></t-diff>
    ${drawRefusal(dryRun?.refusal ?? null)}
  </div>`;
}

function drawRefusal(problem: ProblemAnswer | null) {
  return problem === null ? '' : html`<t-problem .refusal=${new Refusal(problem)}></t-problem>`;
}
