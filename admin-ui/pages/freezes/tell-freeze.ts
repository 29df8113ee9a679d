import type { FreezeAnswer } from '@turnout/server/contracts';
import { sayMoment } from '../../parts/say-moment.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** `63h` as one says it. */
export function sayLasts(lasts: string): string {
  const many = Number(lasts.slice(0, -1));
  const unit = { m: 'minute', h: 'hour', d: 'day' }[lasts.slice(-1)] ?? '';
  return `${many} ${unit}${many === 1 ? '' : 's'}`;
}

/** When a freeze comes: once from when to when, or by which rule and for how long. */
export function sayWhen({
  rule,
  zone,
  from,
  to,
  lasts,
}: Pick<FreezeAnswer, 'rule' | 'zone' | 'from' | 'to' | 'lasts'>): string {
  if (rule === null) return `${sayMoment(from)} – ${to === null ? '' : sayMoment(to)}`;
  const long = lasts === null ? '' : `, for ${sayLasts(lasts)}`;
  return `${sayRule(rule)}${long}, on the clock of ${zone}`;
}

/** The rules that this screen writes, in words; any other as it is written. */
export function sayRule(rule: string): string {
  const found = /^(\d{1,2}) (\d{1,2}) \* \* ([\d,]+|\*)$/.exec(rule.trim());
  if (found === null) return `by the rule ${rule}`;
  const [, minute = '', hour = '', days = ''] = found;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (days === '*') return `every day from ${time}`;
  const names = days.split(',').map((day) => DAYS[Number(day) % 7] ?? day);
  return `every ${names.join(' and ')} from ${time}`;
}

/** The rule for some days of the week at a time; undefined where that says nothing. */
export function writeRule(days: readonly string[], time: string): string | undefined {
  const found = /^(\d{2}):(\d{2})/.exec(time);
  if (found === null || days.length === 0) return undefined;
  const [, hour = '', minute = ''] = found;
  return `${Number(minute)} ${Number(hour)} * * ${days.length === 7 ? '*' : days.join(',')}`;
}

/** Days and time of a rule that this screen could have written. */
export function readRule(rule: string | null): { days: string[]; time: string } | undefined {
  const found = /^(\d{1,2}) (\d{1,2}) \* \* ([\d,]+|\*)$/.exec(rule?.trim() ?? '');
  if (found === null) return undefined;
  const [, minute = '', hour = '', days = ''] = found;
  const all = days === '*' ? ['1', '2', '3', '4', '5', '6', '0'] : days.split(',');
  return { days: all, time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
}

/** A moment as a field for date and time wants it, on this machine's clock. */
export function toField(at: string | Date): string {
  const when = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  return `${day}T${two(when.getHours())}:${two(when.getMinutes())}`;
}

interface ShownWindow {
  name: string;
  from: Date;
  to: Date;
  environments: readonly string[] | null;
  tags: readonly string[] | null;
}

/** A window in a line: `Weekend: Fri 27 Nov, 17:00 – Mon 30 Nov, 08:00, production`. */
export function sayWindow({ name, from, to, environments, tags }: ShownWindow): string {
  return `${name}: ${sayMoment(from)} – ${sayMoment(to)}, ${sayWhere({ environments, tags })}`;
}

/** Where a freeze holds, and for which flags. */
export function sayWhere(
  { environments, tags }: Pick<ShownWindow, 'environments' | 'tags'>,
  nameOf: (key: string) => string = (key) => key,
): string {
  const where = environments === null ? 'the whole project' : environments.map(nameOf).join(', ');
  return tags === null ? where : `${where}, flags tagged ${tags.join(' or ')}`;
}

/** What is special of a freeze beside when and where: what becomes of rollouts, and who may pass. */
export function sayTerms({ inFlight, overrideBy }: Pick<FreezeAnswer, 'inFlight' | 'overrideBy'>): string[] {
  return [
    inFlight === 'hold' ? 'Rollouts stand still.' : 'Rollouts finish the stage that they are in.',
    overrideBy === null
      ? 'Nobody passes.'
      : `${overrideBy === 'admin' ? 'Admins pass' : 'Release managers and admins pass'} with a reason.`,
  ];
}

/** Tags as somebody types them, with commas between; null where there are none. */
export function readTags(text: string | undefined): string[] | null {
  const tags = (text ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return tags.length === 0 ? null : [...new Set(tags)];
}
