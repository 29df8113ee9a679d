import { writeLasting } from './lasting.ts';
import type { Velocity } from './train.ts';

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];
const CODES = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** When a train leaves, in words: `Wednesdays at 10:00, Europe/Zurich`. What is not simple is told by its rule. */
export function sayVelocity(velocity: Velocity): string {
  switch (velocity.kind) {
    case 'train':
      return `${sayRule(velocity.rule) ?? `By the rule ${velocity.rule}`}, ${velocity.zone}`;
    case 'critical-mass': {
      const { changes, longestWaitMs } = velocity;
      const enough = changes === 1 ? 'When 1 change is ready' : `When ${changes} changes are ready`;
      return longestWaitMs === null
        ? enough
        : `${enough}, or ${writeLasting(longestWaitMs)} after the first came aboard`;
    }
    case 'deadline': {
      const at = new Date(velocity.at).toISOString();
      return `Once, on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC`;
    }
    case 'continuous':
      return 'Each change as soon as it is ready';
  }
}

function sayRule(rule: string): string | undefined {
  const simple = readCron(rule) ?? readRecurring(rule);
  if (simple === undefined) return undefined;
  const days = simple.days === undefined ? 'Every day' : sayDays(simple.days);
  return `${days} at ${simple.hour.padStart(2, '0')}:${simple.minute.padStart(2, '0')}`;
}

interface Simple {
  minute: string;
  hour: string;
  /** 0 is Sunday; left out for each day. */
  days?: number[];
}

function sayDays(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  if (sorted.join() === '1,2,3,4,5') return 'Working days';
  const names = sorted.map((day) => DAYS[day] ?? '');
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

function readCron(rule: string): Simple | undefined {
  const found = /^(\d{1,2}) +(\d{1,2}) +\* +\* +(\*|[\dA-Z,-]+)$/i.exec(rule.trim());
  if (!found) return undefined;
  const [, minute = '', hour = '', written = ''] = found;
  if (written === '*') return { minute, hour };
  const days = written.split(',').map(readDay);
  if (days.includes(undefined))
    return /^(1-5|MON-FRI)$/i.test(written) ? { minute, hour, days: [1, 2, 3, 4, 5] } : undefined;
  return { minute, hour, days: days.filter((day) => day !== undefined) };
}

function readDay(text: string): number | undefined {
  if (/^[0-7]$/.test(text)) return Number(text) % 7;
  const at = text.length === 3 ? CODES.indexOf(text.slice(0, 2).toUpperCase()) : -1;
  return at === -1 ? undefined : at;
}

function readRecurring(rule: string): Simple | undefined {
  const fields = new Map(
    rule
      .trim()
      .toUpperCase()
      .replace(/^RRULE:/, '')
      .split(';')
      .map((field): [string, string] => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const taken = new Set(['FREQ', 'BYDAY', 'BYHOUR', 'BYMINUTE']);
  if ([...fields.keys()].some((name) => !taken.has(name))) return undefined;
  const [hour = '', minute = '', byDay] = [fields.get('BYHOUR'), fields.get('BYMINUTE'), fields.get('BYDAY')];
  if (!/^\d{1,2}$/.test(hour) || !/^\d{1,2}$/.test(minute)) return undefined;
  if (fields.get('FREQ') === 'DAILY' && byDay === undefined) return { minute, hour };
  const days = (byDay ?? '').split(',').map((code) => CODES.indexOf(code));
  return fields.get('FREQ') === 'WEEKLY' && !days.includes(-1) ? { minute, hour, days } : undefined;
}
