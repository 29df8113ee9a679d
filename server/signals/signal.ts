import { isListed } from '../flags/listening.ts';
import type { Severity } from '../incidents/tables.ts';
import { isObjectKey } from '../platform/is-object-key.ts';
import type { HookAction, SignalOutcome, SignalSource } from './tables.ts';

/** What came in from outside, whoever sent it. */
export interface Signal {
  source: SignalSource;
  /** The same for the same thing, however often it is told. */
  fingerprint: string;
  status: 'firing' | 'resolved';
  /** In the sender's words; `none` where it has none. */
  severity: string;
  labels: Record<string, string>;
  summary: string;
  startsAt: Date;
}

/** What of a hook decides what a signal may do. */
export interface HookTerms {
  environments: readonly string[];
  flags: readonly string[];
  tags: readonly string[];
  actions: readonly HookAction[];
}

/** Labels come from outside: a name such as `constructor` is just not there. */
export function labelOf(labels: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** By these labels a signal says what it is about. */
export const FLAG_LABEL = 'turnout_flag';
export const ENVIRONMENT_LABEL = 'turnout_environment';

/** What began so long ago is no news: whoever connects a hook does not kill for yesterday. */
const NEWS_MS = 3_600_000;

export const isLate = ({ startsAt }: Pick<Signal, 'startsAt'>, now: Date): boolean =>
  startsAt.getTime() < now.getTime() - NEWS_MS;

/** What a hook is to do for a signal, before any flag was looked at. */
export interface Wish {
  environment: string;
  /** That it names, of whatever project; null where it names none. */
  flag: string | null;
  kill: boolean;
  incident: boolean;
}

export type Reading = { wish: Wish } | { outcome: SignalOutcome; because: string };

/** What there is to do for a signal: nothing where it is over, old, or where the hook may only trip guards. */
export function readWish(hook: HookTerms, signal: Signal, now: Date): Reading {
  if (signal.status === 'resolved') return { outcome: 'resolved', because: 'It is over; that turns nothing on.' };
  if (isLate(signal, now)) return { outcome: 'late', because: 'It began over an hour before it came.' };
  const named = labelOf(signal.labels, FLAG_LABEL);
  const flag = named !== undefined && isObjectKey(named) ? named : null;
  const kill = hook.actions.includes('kill') && named !== undefined;
  const incident = hook.actions.includes('incident');
  if (!kill && !incident)
    return { outcome: 'recorded', because: 'It can trip guards of what the hook lists; the hook does no more.' };
  if (named !== undefined && flag === null)
    return { outcome: 'refused', because: `Its label ${FLAG_LABEL} is no key of a flag.` };
  const environment = environmentOf(hook, signal);
  if (environment === undefined) {
    return { outcome: 'refused', because: `Its label ${ENVIRONMENT_LABEL} names no environment of the hook.` };
  }
  return { wish: { environment, flag, kill, incident } };
}

/** The one that it names, or the only one that the hook lists. */
function environmentOf({ environments }: HookTerms, { labels }: Signal): string | undefined {
  const named = labelOf(labels, ENVIRONMENT_LABEL);
  if (named !== undefined) return environments.includes(named) ? named : undefined;
  return environments.length === 1 ? environments[0] : undefined;
}

/** A flag as the database has it where a signal names it. */
export interface NamedFlag {
  tags: readonly string[];
  signalKill: boolean;
  archived: boolean;
}

/** True where the hook lists the flag, by its key or by one of its tags. */
export function lists(hook: HookTerms, flag: string, found: Pick<NamedFlag, 'tags'> | undefined): boolean {
  return found !== undefined && isListed(hook, flag, found.tags);
}

/** Why a signal may not kill a flag; undefined where it may. What is not listed is answered like what is not there. */
export function whyNotKill(hook: HookTerms, flag: string, found: NamedFlag | undefined): string | undefined {
  if (!lists(hook, flag, found) || found === undefined) return `The hook lists no flag ${flag}.`;
  if (found.archived) return `The flag ${flag} is archived.`;
  return found.signalKill ? undefined : `The flag ${flag} does not say signalKill.`;
}

const SEVERITY_WORDS: Record<string, Severity> = {
  critical: 'critical',
  page: 'critical',
  emergency: 'critical',
  warning: 'minor',
  minor: 'minor',
  info: 'minor',
};

/** How bad an incident is that a signal opens. */
export function severityOf({ severity }: Pick<Signal, 'severity'>): Severity {
  return new Map(Object.entries(SEVERITY_WORDS)).get(severity.toLowerCase()) ?? 'major';
}
