import { describe, expect, it } from 'vitest';
import { type Freeze, freezeAt, freezesFor, freezeTurns, frozenBetween, holdingAt } from './freeze.ts';
import { windowsAhead } from './freeze-windows.ts';
import { ruleFault } from './occurrences.ts';
import { toMoment } from './zone-time.ts';

const HOUR = 3_600_000;
const SHOP = 7;

const once = (from: string, to: string, over: Partial<Freeze> = {}): Freeze => ({
  ...{ id: 'once', name: 'Black Friday', environments: null, from: new Date(from), to: new Date(to) },
  ...{ tags: null, inFlight: 'hold', overrideBy: null },
  ...{ rule: null, zone: 'UTC', lastsMs: null, endedAt: null, ...over },
});
const again = (rule: string, zone: string, hours: number, over: Partial<Freeze> = {}): Freeze => ({
  ...once('2026-01-01T00:00:00Z', '2030-01-01T00:00:00Z'),
  ...{ id: 'again', name: 'Weekend', rule, zone, lastsMs: hours * HOUR, to: null, ...over },
});
/** From Friday 17:00 until Monday 08:00 on a clock in Zurich. */
const weekendByCron = again('0 17 * * 5', 'Europe/Zurich', 63);
const weekendByRule = again('FREQ=WEEKLY;BYDAY=FR;BYHOUR=17;BYMINUTE=0', 'Europe/Zurich', 63);

const untilOf = (freezes: Freeze[], at: string, environment = SHOP) =>
  freezeAt(freezes, environment, new Date(at))?.until?.toISOString() ?? null;

describe('a freeze', () => {
  it('holds from its first moment until its end, which is not in it any more', () => {
    const freezes = [once('2026-11-27T00:00:00Z', '2026-11-30T00:00:00Z')];
    expect(untilOf(freezes, '2026-11-26T23:59:59.999Z')).toBeNull();
    expect(untilOf(freezes, '2026-11-27T00:00:00Z')).toBe('2026-11-30T00:00:00.000Z');
    expect(untilOf(freezes, '2026-11-29T23:59:59.999Z')).toBe('2026-11-30T00:00:00.000Z');
    expect(untilOf(freezes, '2026-11-30T00:00:00Z')).toBeNull();
  });

  it('covers the environments that it names, and where it names none, all', () => {
    const freezes = [once('2026-11-27T00:00:00Z', '2026-11-30T00:00:00Z', { environments: [SHOP] })];
    expect(untilOf(freezes, '2026-11-28T00:00:00Z', SHOP)).not.toBeNull();
    expect(untilOf(freezes, '2026-11-28T00:00:00Z', SHOP + 1)).toBeNull();
  });

  it('that somebody ended early holds no longer', () => {
    const endedAt = new Date('2026-11-28T00:00:00Z');
    const freezes = [once('2026-11-27T00:00:00Z', '2026-11-30T00:00:00Z', { endedAt })];
    expect(untilOf(freezes, '2026-11-27T12:00:00Z')).toBe('2026-11-28T00:00:00.000Z');
    expect(untilOf(freezes, '2026-11-28T00:00:00Z')).toBeNull();
    // In the middle of a weekend: what time stood still in ends there, too.
    const weekend = again('0 17 * * 5', 'UTC', 63, { endedAt });
    const stood = frozenBetween([weekend], SHOP, new Date('2026-11-26T00:00:00Z'), new Date('2026-12-10T00:00:00Z'));
    expect(stood / HOUR).toBe(7);
  });

  it('says when all that follow one another are over, and the name of the one that holds now', () => {
    const first = once('2026-11-27T00:00:00Z', '2026-11-28T00:00:00Z', { name: 'Friday' });
    const second = once('2026-11-28T00:00:00Z', '2026-11-30T00:00:00Z', { name: 'Weekend' });
    expect(freezeAt([second, first], SHOP, new Date('2026-11-27T06:00:00Z'))).toEqual({
      name: 'Friday',
      until: new Date('2026-11-30T00:00:00Z'),
      inFlight: 'hold',
    });
  });

  it('that goes on window after window has an end that is known, as far as a month, and else none', () => {
    const december = again('0 0 * 12 *', 'Europe/Zurich', 24);
    expect(untilOf([december], '2026-12-05T12:00:00Z')).toBe('2026-12-31T23:00:00.000Z');
    const always = again('0 * * * *', 'Europe/Zurich', 1);
    expect(freezeAt([always], SHOP, new Date('2026-12-05T12:30:00Z'))).toMatchObject({ name: 'Weekend', until: null });
    expect(
      frozenBetween([always], SHOP, new Date('2026-03-01T00:15:00Z'), new Date('2026-04-01T00:00:00Z')) / HOUR,
    ).toBe(743.75);
  });

  it('that goes on hour by hour until its last day ends then', () => {
    const march = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-04-01T00:00:00Z') };
    expect(untilOf([again('0 * * * *', 'UTC', 1, march)], '2026-03-02T12:30:00Z')).toBe('2026-04-01T00:00:00.000Z');
    const half = again('0 0 * * *', 'UTC', 24, { to: new Date('2026-06-01T00:00:00Z') });
    expect(untilOf([half], '2026-01-05T12:00:00Z')).toBe('2026-06-01T00:00:00.000Z');
  });

  it('holds until its last window is over, also where the rule would begin another by then', () => {
    const long = again('0 0 * * *', 'UTC', 36, { to: new Date('2026-01-03T00:00:00Z') });
    expect(untilOf([long], '2026-01-03T06:00:00Z')).toBe('2026-01-03T12:00:00.000Z');
    const spring = again('30 2 * * *', 'Europe/Zurich', 24, { to: new Date('2026-03-30T00:15:00Z') });
    expect(untilOf([spring], '2026-03-30T00:45:00Z')).toBe('2026-03-30T01:30:00.000Z');
  });

  it('is looked at in no time, also where its windows lie over one another by hundreds', () => {
    const heap = again('0 * * * *', 'Europe/Zurich', 31 * 24, { from: new Date('2020-01-02T00:00:00Z') });
    const begun = performance.now();
    for (let look = 0; look < 10; look++) {
      expect(freezeAt([heap], SHOP, new Date(`2026-11-${10 + look}T12:00:00Z`))?.name).toBe('Weekend');
      expect(frozenBetween([heap], SHOP, new Date('2026-11-01T00:00:00Z'), new Date('2026-11-02T00:00:00Z'))).toBe(
        24 * HOUR,
      );
    }
    // It took a minute a look when each window was made at each; a loaded machine has room here.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('says which windows of it are ahead, the one that holds first, as far as somebody looks', () => {
    const ahead = (at: string, until: string, most = 50) =>
      windowsAhead(weekendByCron, new Date(at), new Date(until), most).map(({ from, to }) =>
        [from, to].map((one) => one.toISOString().slice(0, 16)),
      );
    // The clock is put back within the first of them: on it, all are as long.
    const first = ['2026-10-23T15:00', '2026-10-26T07:00'];
    const second = ['2026-10-30T16:00', '2026-11-02T07:00'];
    expect(ahead('2026-10-24T00:00:00Z', '2026-11-03T00:00:00Z')).toEqual([first, second]);
    expect(ahead('2026-10-24T00:00:00Z', '2026-11-03T00:00:00Z', 1)).toEqual([first]);
    expect(ahead('2026-10-26T07:00:00Z', '2026-10-30T15:59:00Z')).toEqual([]);
  });

  it('that recurs begins neither before its first day nor after its last', () => {
    const freeze = again('0 17 * * 5', 'UTC', 1, {
      from: new Date('2026-05-02T00:00:00Z'),
      to: new Date('2026-05-15T17:00:00Z'),
    });
    const held = ['2026-05-01', '2026-05-08', '2026-05-15'].map((day) => untilOf([freeze], `${day}T17:30:00Z`));
    expect(held).toEqual([null, '2026-05-08T18:00:00.000Z', null]);
  });
});

describe('a freeze for flags with some tags', () => {
  const [from, to] = ['2026-11-27T00:00:00Z', '2026-11-30T00:00:00Z'];
  const checkout = once(from, to, { id: 'c', name: 'Checkout', tags: ['checkout', 'cart'] });
  const all = once(from, '2026-11-28T00:00:00Z', { id: 'a', name: 'All' });
  const at = new Date('2026-11-27T12:00:00Z');

  it.each<[what: string, tags: string[] | undefined, names: string[]]>([
    ['an environment as a whole', undefined, ['All']],
    ['a flag without tags', [], ['All']],
    ['a flag with another tag', ['search'], ['All']],
    ['a flag with one of its tags', ['search', 'cart'], ['Checkout', 'All']],
  ])('is there for %s as it says', (_what, tags, names) => {
    expect(holdingAt([checkout, all], SHOP, at, tags).map(({ name }) => name)).toEqual(names);
    expect(freezesFor([checkout, all], SHOP, tags).map(({ name }) => name)).toEqual(names);
  });

  it('holds those flags as long as it lasts, and the others as long as the one for all of them', () => {
    const until = (tags: string[]) => freezeAt([checkout, all], SHOP, at, tags)?.until?.toISOString();
    expect(until(['cart'])).toBe('2026-11-30T00:00:00.000Z');
    expect(until(['search'])).toBe('2026-11-28T00:00:00.000Z');
    const stood = (tags: string[]) => frozenBetween([checkout, all], SHOP, new Date(from), new Date(to), tags) / HOUR;
    expect([stood(['cart']), stood(['search'])]).toEqual([72, 24]);
  });
});

describe('what becomes of what is in flight', () => {
  const [from, to] = ['2026-11-27T00:00:00Z', '2026-11-30T00:00:00Z'];
  const finish = once(from, to, { id: 'f', inFlight: 'finish-stage' });
  const hold = once('2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z', { id: 'h', inFlight: 'hold' });

  it.each<[at: string, inFlight: string | undefined]>([
    ['2026-11-26T12:00:00Z', undefined],
    ['2026-11-27T12:00:00Z', 'finish-stage'],
    ['2026-11-28T12:00:00Z', 'hold'],
    ['2026-11-29T00:00:00Z', 'finish-stage'],
  ])('at %s is %s: of freezes that overlap the stricter one', (at, inFlight) => {
    expect(freezeAt([finish, hold], SHOP, new Date(at))?.inFlight).toBe(inFlight);
    expect(freezeAt([hold, finish], SHOP, new Date(at))?.inFlight).toBe(inFlight);
  });

  it('is not held by a freeze for other flags', () => {
    const other = { ...hold, tags: ['search'] };
    const at = new Date('2026-11-28T12:00:00Z');
    expect(freezeAt([finish, other], SHOP, at, ['cart'])?.inFlight).toBe('finish-stage');
    expect(freezeAt([finish, other], SHOP, at, ['search'])?.inFlight).toBe('hold');
  });
});

type Row = [what: string, at: string, until: string | null];

/** Zurich: UTC+1 in winter; clocks went forward on 29 March 2026 at 01:00Z and go back on 25 October 2026 at 01:00Z. */
const overSummerTime: Row[] = [
  ['a weekend in winter, before', '2026-01-16T15:59:59Z', null],
  ['a weekend in winter', '2026-01-16T16:00:00Z', '2026-01-19T07:00:00.000Z'],
  ['a weekend in summer, before', '2026-07-17T14:59:59Z', null],
  ['a weekend in summer', '2026-07-17T15:00:00Z', '2026-07-20T06:00:00.000Z'],
  ['the weekend that is an hour short', '2026-03-27T16:00:00Z', '2026-03-30T06:00:00.000Z'],
  ['the end of the short one', '2026-03-30T06:00:00Z', null],
  ['the weekend that is an hour long', '2026-10-23T15:00:00Z', '2026-10-26T07:00:00.000Z'],
  ['the last hour of the long one', '2026-10-26T06:59:59Z', '2026-10-26T07:00:00.000Z'],
  ['the end of the long one', '2026-10-26T07:00:00Z', null],
];

describe.each([
  ['cron', weekendByCron],
  ['RRULE', weekendByRule],
])('every weekend from Friday 17:00 to Monday 08:00 in Zurich, by %s', (_by, freeze) => {
  it.each(overSummerTime)('%s', (_what, at, until) => {
    expect(untilOf([freeze], at)).toBe(until);
  });
});

describe('a clock that is put forward or back', () => {
  it('shows a skipped time an hour later, and of a doubled one the first', () => {
    const local = (day: string, time: string) => Date.parse(`${day}T${time}Z`);
    const at = (day: string, time: string) => new Date(toMoment('Europe/Zurich', local(day, time))).toISOString();
    expect(at('2026-03-29', '02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(at('2026-10-25', '02:30')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-10-25', '03:30')).toBe('2026-10-25T02:30:00.000Z');
  });

  it('makes a nightly freeze neither vanish nor come twice', () => {
    const nightly = again('30 2 * * *', 'Europe/Zurich', 1);
    const [from, to] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-04-01T00:00:00Z')];
    expect(frozenBetween([nightly], SHOP, from, to)).toBe(31 * HOUR);
    const [autumn, after] = [new Date('2026-10-24T12:00:00Z'), new Date('2026-10-25T12:00:00Z')];
    // 02:30 is shown twice; it begins at the first and ends when 03:30 is shown, two hours later.
    expect(frozenBetween([nightly], SHOP, autumn, after)).toBe(2 * HOUR);
  });

  it('is that of the zone: half an hour in Lord Howe, none in UTC', () => {
    const howe = again('0 9 * * *', 'Australia/Lord_Howe', 2);
    expect(untilOf([howe], '2026-01-10T22:00:00Z')).toBe('2026-01-11T00:00:00.000Z');
    expect(untilOf([howe], '2026-07-10T22:30:00Z')).toBe('2026-07-11T00:30:00.000Z');
    expect(untilOf([howe], '2026-07-10T22:29:59Z')).toBeNull();
  });
});

describe('the time that an environment was frozen', () => {
  it('counts what overlaps once, and only what is between the two moments', () => {
    const freezes = [
      once('2026-05-01T00:00:00Z', '2026-05-01T10:00:00Z'),
      once('2026-05-01T05:00:00Z', '2026-05-01T12:00:00Z'),
    ];
    const between = (from: string, to: string) =>
      frozenBetween(freezes, SHOP, new Date(`2026-05-01T${from}Z`), new Date(`2026-05-01T${to}Z`)) / HOUR;
    expect(between('00:00', '23:00')).toBe(12);
    expect(between('04:00', '11:00')).toBe(7);
    expect(between('12:00', '13:00')).toBe(0);
  });
});

describe('the rule of a freeze', () => {
  it.each([
    ['0 17 * * 5', 'good'],
    ['FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=12', 'good'],
    ['RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24', 'good'],
    ['every friday', 'cron'],
    ['* * * * *', 'once an hour'],
    ['0 0 30 2 *', 'at all'],
    ['FREQ=MINUTELY', 'FREQ=DAILY'],
    ['FREQ=WEEKLY;BYDAY=XX', 'cron'],
    ['0 0 17 * * 5', 'cron'],
  ])('%s: %s', (rule, expected) => {
    expect(ruleFault(rule, Date.parse('2026-01-01T00:00:00Z')) ?? 'good').toContain(expected);
  });
});

describe('the turns of freezes between two moments', () => {
  const turnsOf = (freezes: Freeze[], from: string, to: string, tags?: string[]) =>
    freezeTurns(freezes, SHOP, new Date(from), new Date(to), tags).map(({ at, freeze }) => [
      at.toISOString(),
      freeze?.inFlight ?? null,
    ]);
  const night = once('2026-11-27T22:00:00Z', '2026-11-28T06:00:00Z', { inFlight: 'finish-stage' });
  const audit = once('2026-11-28T04:00:00Z', '2026-11-28T08:00:00Z', { tags: ['checkout'] });

  it('say what held at first, and what came and went', () => {
    expect(turnsOf([night, audit], '2026-11-27T12:00:00Z', '2026-11-28T12:00:00Z', ['checkout'])).toEqual([
      ['2026-11-27T12:00:00.000Z', null],
      ['2026-11-27T22:00:00.000Z', 'finish-stage'],
      ['2026-11-28T04:00:00.000Z', 'hold'],
      ['2026-11-28T06:00:00.000Z', 'hold'],
      ['2026-11-28T08:00:00.000Z', null],
    ]);
  });

  it('leave out what is for other flags, and what comes later', () => {
    expect(turnsOf([night, audit], '2026-11-27T23:00:00Z', '2026-11-28T05:00:00Z')).toEqual([
      ['2026-11-27T23:00:00.000Z', 'finish-stage'],
    ]);
  });
});
