import type { Shell } from './command.ts';

/** A rollout as the API lists it, as far as it is shown. */
interface ListedRollout {
  id: string;
  flag: string;
  from: string;
  to: string;
  state: string;
  environment: string;
  stage: number;
  stages: number;
  exposure: number | null;
  audience: string | null;
  says: string | null;
}

interface Stage {
  name: string | null;
  audience: string | null;
  exposure: number | null;
  state: string;
}

interface Run {
  state: string;
  pausedBy: { reason: string; at: string; actorName?: string | null } | null;
  /** More came in than may be measured; not told by nodes of an earlier version. */
  full?: boolean;
  decision: {
    reason: string;
    guards: { id: string; mode: string; verdict: string; because: string }[];
    conditions: { id: string; kind?: string; met: boolean; because: string }[];
  } | null;
  reach: { state: string; laggards: string[] } | null;
}

/** One rollout as the API answers it, as far as it is shown. */
export interface ShownRollout {
  id: string;
  flag: string;
  target: string;
  from: string;
  to: string;
  state: string;
  mode: string;
  policy: { key: string; version: number };
  path: { environment: string; state: string; stages: Stage[]; run: Run | null }[];
  acts: boolean;
  /** What was decided last: of one that is over, why it is. */
  says: string | null;
}

/** One line of a list. */
export function describeRollout(one: ListedRollout): string {
  const { id, flag, from, to, state, environment, stage, stages, says } = one;
  const where = stage < 0 ? environment : `${environment} ${stage + 1}/${stages} ${nameStage({ ...one, name: null })}`;
  return `${id}  ${flag}: ${from} → ${to}  ${describeState(state)}  ${where}${says === null ? '' : `  ${says}`}`;
}

/**
 * Where it is on its track, what it waits for, and what its guards say; of one that is over, why. Right after somebody
 * steered it nobody has looked at it yet: what was decided before is not shown as if it were of now.
 */
export function printRollout(shell: Shell, rollout: ShownRollout, { isSteered = false } = {}): void {
  const { id, flag, target, from, to, policy, state, path, acts, says } = rollout;
  const where = target === 'fallthrough' ? '' : ` in the rule ${target}`;
  shell.print(`${flag}: ${from} → ${to}${where}, by ${policy.key} v${policy.version} (${id}): ${describeState(state)}`);
  for (const { environment, state: at, stages, run } of path) {
    shell.print(`  ${environment} ${describeState(at)}: ${stages.map(markStage).join('  ')}`);
    if (run === null) continue;
    if (isLive(run.state)) printRun(shell, run, isSteered);
    if (!isSteered || run.reach?.state === 'late') printReach(shell, run);
  }
  if (!isLive(state) && says !== null) shell.print(`  ${says}`);
  if (!acts && isLive(state))
    shell.warn('No node has acted for a while: is the database away? No policy acts without it.');
}

function printRun(shell: Shell, { state, decision, pausedBy, full }: Run, isSteered: boolean): void {
  const isPaused = pausedBy !== null && state === 'paused';
  if (isPaused) {
    const by = pausedBy.actorName ? ` by ${pausedBy.actorName}` : '';
    shell.print(`    Paused since ${sayMoment(pausedBy.at)}${by}. ${pausedBy.reason}`);
    shell.print('    It stands until somebody resumes it or rolls it back.');
  }
  if (full && !isSteered) {
    shell.print('    More came in than may be measured: what comes now is left out, and guards have no data by it.');
    shell.print('    Where nobody knows who sent it, revoke their key; pause and resume begin the stage anew.');
  }
  if (decision !== null && !isSteered) {
    if (!isPaused) shell.print(`    ${decision.reason}`);
    const { conditions, guards } = decision;
    for (const { id, kind, met, because } of conditions) {
      shell.print(`    ${met ? '✓' : '·'} ${because}`);
      if (kind === 'incident') shell.print(`      Over? turnout incident close ${id.slice('incident:'.length)}`);
    }
    const listed = new Set(conditions.map(({ id }) => id));
    for (const { id, mode, verdict, because } of guards.filter((guard) => !listed.has(`guard:${guard.id}`))) {
      shell.print(
        `    guard ${id}${mode === 'shadow' ? ' (shadow)' : ''}: ${VERDICTS[verdict] ?? verdict}. ${because}`,
      );
    }
  }
}

function printReach(shell: Shell, { state, reach }: Run): void {
  if (reach?.state === 'pending') shell.print('    not in force everywhere yet');
  if (reach?.state === 'late') {
    const what = state === 'rolledBack' || state === 'killed' ? 'ROLLBACK NOT EFFECTIVE' : 'NOT IN FORCE EVERYWHERE';
    shell.print(`    ${what}: ${reach.laggards.join(', ')}`);
  }
}

function markStage(stage: Stage): string {
  const mark = { done: '✓', current: '▶', ahead: '·', left: '–' }[stage.state] ?? '';
  return `${mark} ${nameStage(stage)}`;
}

function nameStage({ name, audience, exposure }: Omit<Stage, 'state'>): string {
  const share = exposure === null ? undefined : `${exposure} %`;
  const whom = [audience, share].filter((part) => part !== null && part !== undefined).join(' and ');
  return name === null || name === whom ? whom : `${name} (${whom})`;
}

const VERDICTS: Record<string, string> = {
  inconclusive: 'cannot say yet',
  'no-data': 'no data',
  'not-applicable': 'not here',
};

/** `2026-11-26 14:05 UTC` */
export const sayMoment = (moment: string): string => `${moment.slice(0, 16).replace('T', ' ')} UTC`;

const STATES: Record<string, string> = { rolledBack: 'rolled back', ahead: 'ahead', left: 'not reached' };
export const describeState = (state: string): string => STATES[state] ?? state;
export const isLive = (state: string): boolean => ['waiting', 'running', 'paused'].includes(state);
