import { describe, expect, it } from 'vitest';
import { type Freeze, freezeAt, frozenBetween } from './freeze.ts';
import { windowsAhead } from './freeze-windows.ts';

const HOUR = 3_600_000;
const SHOP = 7;

const freezeOf = (rule: string | null, zone: string, hours: number, over: Partial<Freeze> = {}): Freeze => ({
  ...{ id: 'f', name: 'f', environments: null, tags: null, inFlight: 'hold', overrideBy: null, endedAt: null },
  ...{ from: new Date('2026-01-01T00:00:00Z'), to: null, rule, zone, lastsMs: hours * HOUR, ...over },
});

const short = (at: Date) => at.toISOString().slice(0, 16);

type Row = [zone: string, what: string, local: string, hours: number, from: string, to: string];

/**
 * Zurich: forward on 29 March 2026 02:00 → 03:00 (01:00Z), back on 25 October 03:00 → 02:00 (01:00Z).
 * New York: forward on 8 March 02:00 → 03:00 (07:00Z), back on 1 November 02:00 → 01:00 (06:00Z).
 * Lord Howe, half an hour: back on 5 April 02:00 → 01:30 (15:00Z the day before), forward on 4 October 02:00 → 02:30.
 */
const ROWS: Row[] = [
  [
    'Europe/Zurich',
    'begins in the hour that is skipped',
    '2026-03-29 02:30',
    1,
    '2026-03-29T01:30',
    '2026-03-29T02:30',
  ],
  ['Europe/Zurich', 'lies over the skipped hour', '2026-03-29 01:00', 3, '2026-03-29T00:00', '2026-03-29T02:00'],
  ['Europe/Zurich', 'ends in the skipped hour', '2026-03-29 01:30', 1, '2026-03-29T00:30', '2026-03-29T01:30'],
  [
    'Europe/Zurich',
    'begins in the hour that comes twice',
    '2026-10-25 02:30',
    1,
    '2026-10-25T00:30',
    '2026-10-25T02:30',
  ],
  ['Europe/Zurich', 'lies over the doubled hour', '2026-10-25 01:00', 3, '2026-10-24T23:00', '2026-10-25T03:00'],
  ['Europe/Zurich', 'ends in the doubled hour', '2026-10-25 01:30', 1, '2026-10-24T23:30', '2026-10-25T00:30'],
  [
    'America/New_York',
    'begins in the hour that is skipped',
    '2026-03-08 02:30',
    1,
    '2026-03-08T07:30',
    '2026-03-08T08:30',
  ],
  ['America/New_York', 'lies over the skipped hour', '2026-03-08 01:00', 3, '2026-03-08T06:00', '2026-03-08T08:00'],
  [
    'America/New_York',
    'begins in the hour that comes twice',
    '2026-11-01 01:30',
    1,
    '2026-11-01T05:30',
    '2026-11-01T07:30',
  ],
  ['America/New_York', 'lies over the doubled hour', '2026-11-01 00:00', 3, '2026-11-01T04:00', '2026-11-01T08:00'],
  [
    'Australia/Lord_Howe',
    'begins in the half hour that comes twice',
    '2026-04-05 01:45',
    1,
    '2026-04-04T14:45',
    '2026-04-04T16:15',
  ],
  [
    'Australia/Lord_Howe',
    'lies over the doubled half hour',
    '2026-04-05 01:00',
    2,
    '2026-04-04T14:00',
    '2026-04-04T16:30',
  ],
  [
    'Australia/Lord_Howe',
    'begins in the half hour that is skipped',
    '2026-10-04 02:15',
    1,
    '2026-10-03T15:45',
    '2026-10-03T16:45',
  ],
  [
    'Australia/Lord_Howe',
    'lies over the skipped half hour',
    '2026-10-04 01:00',
    2,
    '2026-10-03T14:30',
    '2026-10-03T16:00',
  ],
];

/** Once a year, at a local time, by either kind of rule. */
function rulesFor(local: string): [by: string, rule: string][] {
  const [, month, day, hour, minute] = /-(\d\d)-(\d\d) (\d\d):(\d\d)/.exec(local)!.map(Number);
  return [
    ['cron', `${minute} ${hour} ${day} ${month} *`],
    ['RRULE', `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${day};BYHOUR=${hour};BYMINUTE=${minute}`],
  ];
}

const CASES = ROWS.flatMap(([zone, what, local, hours, from, to]) =>
  rulesFor(local).map(([by, rule]) => ({ zone, what, local, hours, from, to, by, rule })),
);

describe('A window that recurs while clocks are put', () => {
  it.each(CASES)('in $zone $what ($local, by $by): $from to $to', ({ zone, rule, hours, from, to }) => {
    const freeze = freezeOf(rule, zone, hours);
    const [begin, end] = [new Date(`${from}:00Z`), new Date(`${to}:00Z`)];
    const day = (ms: number) => new Date(begin.getTime() + ms);
    const windows = windowsAhead(freeze, day(-24 * HOUR), day(48 * HOUR), 9).map((one) => [
      short(one.from),
      short(one.to),
    ]);
    expect(windows).toEqual([[from, to]]);
    expect(freezeAt([freeze], SHOP, day(-1))).toBeNull();
    expect(freezeAt([freeze], SHOP, begin)?.until).toEqual(end);
    expect(freezeAt([freeze], SHOP, new Date(end.getTime() - 1))?.until).toEqual(end);
    expect(freezeAt([freeze], SHOP, end)).toBeNull();
    expect(frozenBetween([freeze], SHOP, day(-24 * HOUR), day(48 * HOUR))).toBe(end.getTime() - begin.getTime());
  });
});

describe('Every night from 01:00 for two hours', () => {
  it.each([
    ['Europe/Zurich', '2026-03-27T12:00:00Z', '2026-03-31T12:00:00Z', 4 * 2 - 1],
    ['Europe/Zurich', '2026-10-23T12:00:00Z', '2026-10-27T12:00:00Z', 4 * 2 + 1],
    ['America/New_York', '2026-03-06T18:00:00Z', '2026-03-10T18:00:00Z', 4 * 2 - 1],
    ['America/New_York', '2026-10-30T18:00:00Z', '2026-11-03T18:00:00Z', 4 * 2 + 1],
    ['Australia/Lord_Howe', '2026-04-02T06:00:00Z', '2026-04-06T06:00:00Z', 4 * 2 + 0.5],
    ['Australia/Lord_Howe', '2026-10-01T06:00:00Z', '2026-10-05T06:00:00Z', 4 * 2 - 0.5],
  ])('in %s from %s to %s comes once a night, and the clock that is put is in it', (zone, from, to, hours) => {
    for (const rule of ['0 1 * * *', 'FREQ=DAILY;BYHOUR=1;BYMINUTE=0']) {
      const freeze = freezeOf(rule, zone, 2);
      expect(frozenBetween([freeze], SHOP, new Date(from), new Date(to)) / HOUR).toBe(hours);
      expect(windowsAhead(freeze, new Date(from), new Date(to), 9)).toHaveLength(4);
    }
  });
});

describe('Two holidays beside every weekend', () => {
  const weekend = freezeOf('0 17 * * 5', 'Europe/Zurich', 63, { name: 'Weekend' });
  const once = (name: string, from: string, to: string) =>
    freezeOf(null, 'Europe/Zurich', 0, { name, from: new Date(from), to: new Date(to), lastsMs: null });
  /** Friday 25 December 2026 and the Friday after it are holidays from their first moment in Zurich. */
  const christmas = once('Christmas', '2026-12-23T23:00:00Z', '2026-12-26T23:00:00Z');
  const newYear = once('New Year', '2026-12-30T23:00:00Z', '2027-01-01T23:00:00Z');
  const freezes = [weekend, christmas, newYear];

  it.each<[at: string, name: string | null, until: string | null]>([
    ['2026-12-23T22:59:59Z', null, null],
    ['2026-12-23T23:00:00Z', 'Christmas', '2026-12-28T07:00'],
    ['2026-12-26T12:00:00Z', 'Weekend', '2026-12-28T07:00'],
    ['2026-12-28T07:00:00Z', null, null],
    ['2026-12-31T08:00:00Z', 'New Year', '2027-01-04T07:00'],
    ['2027-01-02T08:00:00Z', 'Weekend', '2027-01-04T07:00'],
    ['2027-01-04T07:00:00Z', null, null],
  ])('at %s: %s, until %s', (at, name, until) => {
    const frozen = freezeAt(freezes, SHOP, new Date(at));
    expect([frozen?.name ?? null, frozen?.until ? short(frozen.until) : null]).toEqual([name, until]);
  });

  it('count what overlaps once', () => {
    const fortnight = [new Date('2026-12-21T07:00:00Z'), new Date('2027-01-04T07:00:00Z')] as const;
    // From Thursday 0:00 to Monday 8:00, both times: 104 hours each.
    expect(frozenBetween(freezes, SHOP, ...fortnight) / HOUR).toBe(208);
    expect(frozenBetween([weekend], SHOP, ...fortnight) / HOUR).toBe(126);
  });
});
