import type { IncidentAnswer, TimelineItem, WholeIncidentAnswer } from '@turnout/server/contracts';
import type { May, MyProject } from '../../client/me.ts';

type Place = IncidentAnswer['places'][number];
export type Severity = IncidentAnswer['severity'];

export const SEVERITIES: Record<Severity, { words: string; says: string; tone: string }> = {
  critical: { words: 'critical', says: 'Users cannot do what they came for.', tone: 'warn' },
  major: { words: 'major', says: 'Something matters, and does not work for some.', tone: 'warn' },
  minor: { words: 'minor', says: 'Worth a look, and nobody has to get up.', tone: '' },
};

const HOW: Record<IncidentAnswer['openedHow'], string> = {
  kill: 'opened by the kill of',
  signal: 'opened by a signal through',
  hand: 'opened by',
};

/** `opened by the kill of Ada Admin`. */
export const tellOpened = ({ openedHow, openedBy }: Pick<IncidentAnswer, 'openedHow' | 'openedBy'>): string =>
  `${HOW[openedHow]} ${openedBy.name ?? openedBy.actor}`;

/** What it names, environment by environment: `production: cart, search; staging as a whole`. */
export function tellPlaces(places: readonly Place[], nameOf: (key: string) => string = (key) => key): string {
  const keys = [...new Set(places.map(({ environment }) => environment))];
  return keys
    .map((key) => {
      const here = places.filter(({ environment }) => environment === key);
      const flags = here.flatMap(({ flag }) => (flag === null ? [] : [flag]));
      const whole = here.length > flags.length;
      if (whole)
        return flags.length === 0 ? `${nameOf(key)} as a whole` : `${nameOf(key)} as a whole, and ${flags.join(', ')}`;
      return `${nameOf(key)}: ${flags.join(', ')}`;
    })
    .join('; ');
}

/** What a form says of places: these environments, and of them these flags, or each as a whole. */
export function writePlaces(environments: readonly string[], flags: readonly string[]) {
  return environments.flatMap((environment) => {
    return flags.length === 0 ? [{ environment }] : flags.map((flag) => ({ environment, flag }));
  });
}

export const KINDS: Record<TimelineItem['kind'], { words: string; icon: string; tone: string }> = {
  opened: { words: 'opened', icon: 'siren', tone: 'warn' },
  joined: { words: 'joined', icon: 'users', tone: '' },
  signal: { words: 'signal', icon: 'radio', tone: 'warn' },
  kill: { words: 'kill', icon: 'kill', tone: 'killed' },
  note: { words: 'note', icon: 'tag', tone: '' },
  closed: { words: 'closed', icon: 'check', tone: 'on' },
  reopened: { words: 'reopened', icon: 'undo', tone: 'warn' },
  edited: { words: 'edited', icon: 'settings', tone: '' },
  change: { words: 'change', icon: 'activity', tone: '' },
};

/** Whether somebody may write of incidents in a project at all; the server looks at each environment. */
export function mayWrite({ rights, environments }: Pick<MyProject, 'rights' | 'environments'>): May {
  const may = rights.includes('change') || environments.some((one) => one.rights.includes('change'));
  return may ? { yes: true } : { yes: false, why: 'A viewer looks at incidents and changes nothing of them.' };
}

/** Kills of it that lie still over their flags: the end of an incident lifts none. */
export const stillKilled = ({ kills }: Pick<WholeIncidentAnswer, 'kills'>) => kills.filter(({ lifted }) => !lifted);
