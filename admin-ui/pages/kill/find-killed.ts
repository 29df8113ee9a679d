import type { ChangeItem, FlagAnswer } from '@turnout/server/contracts';

/** A flag that is killed, and the entry of the log that says since when, by whom and why. */
export interface KilledFlag {
  flag: FlagAnswer;
  kill: ChangeItem | undefined;
}

/** What users get of a killed flag: that it is killed is said beside it. */
export function tellServed(serves: string): string {
  return serves.replace(/^killed: /, '');
}

/** The kills that changed something there: whoever killed it again did not make it so. */
function isWithEffect({ environments }: ChangeItem, environment: string): boolean {
  return environments.some(({ key, direction }) => key === environment && direction !== 'none');
}

/** What is killed in an environment, by the list of flags and the kills of the log, newest first. */
export function findKilled(
  flags: readonly FlagAnswer[],
  environment: string,
  kills: readonly ChangeItem[],
): KilledFlag[] {
  const killed = flags.filter((flag) => flag.environments[environment]?.killed);
  const made = kills.filter((kill) => isWithEffect(kill, environment));
  const found = killed.map((flag) => ({ flag, kill: made.find(({ subject }) => subject === `flag/${flag.key}`) }));
  return found.sort((a, b) => (b.kill?.seq ?? 0) - (a.kill?.seq ?? 0));
}

/** The changes of the last half hour, of those environments in which it burns. */
export function keepRecent<C extends Pick<ChangeItem, 'at' | 'environments'>>(
  changes: readonly C[],
  environments: readonly string[],
  since: number,
): C[] {
  return changes.filter((change) => {
    return Date.parse(change.at) >= since && change.environments.some(({ key }) => environments.includes(key));
  });
}
