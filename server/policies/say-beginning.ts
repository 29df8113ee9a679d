import { gatesOfStage, type Policy, type Stage } from './policy.ts';

/**
 * What happens when a rollout by this policy is started, for whoever is about to: to start is to ask for the first stage,
 * and where nothing has to be waited for, users get it at once.
 */
export function sayBeginning(policy: Policy, isProtected: (environment: string) => boolean, from = 0): string {
  const step = policy.path[from];
  const stage = step?.stages[0];
  if (step === undefined || stage === undefined) return '';
  const { environment } = step;
  const gates = gatesOfStage(policy, step, 0, isProtected(environment)).map(({ id }) => id);
  const waits = [
    ...(gates.length === 0
      ? []
      : [gates.length === 1 ? `the gate ${gates[0]} opens` : `the gates ${list(gates)} open`]),
    ...stage.approvals.map(({ role, count }) => (count === 1 ? `a ${role} approves` : `${count} ${role}s approve`)),
  ];
  const whom = whomOf(stage);
  const first =
    waits.length === 0
      ? `In ${environment} ${whom} get it within seconds, unless a freeze or an open incident holds it.`
      : `In ${environment} nobody gets it before ${list(waits)}; then ${whom} do.`;
  const then =
    policy.mode === 'button'
      ? 'Starting it counts as the first press; before each next stage somebody presses Advance.'
      : 'After that it goes on by itself.';
  return `${first} ${then}`;
}

/** `staff`, `5 %`, `staff and 5 %`. */
function whomOf({ audience, exposure }: Stage): string {
  if (exposure === 100_000) return 'all users';
  const share = exposure === undefined ? [] : [`${exposure / 1_000} %`];
  return [...(audience === undefined ? [] : [audience]), ...share].join(' and ');
}

function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
