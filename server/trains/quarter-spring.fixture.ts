import type { Moment } from './quarter.fixture.ts';
import {
  alert,
  all,
  board,
  freeze,
  late,
  makeTrain,
  needing,
  plain,
  recall,
  ride,
  shedLater,
  start,
  stop,
  uplift,
} from './quarter-cast.fixture.ts';

const WEEKLY = { kind: 'train' as const, rule: '0 10 * * 3', zone: 'Europe/Zurich' };

/** What is done in each week, and all that is different after it. Moments are in UTC: Zurich is an hour ahead, and two from 29 March on. */
export const SPRING: { week: string; moments: Moment[] }[] = [
  {
    week: '2 March: the first weekly train',
    moments: [
      {
        at: '03-02 09:00',
        does: makeTrain({ key: 'weekly', velocity: WEEKLY, cutOff: '4h' }),
        shows: [
          'board weekly 1: boarding, closes 03-04 05:00, leaves 03-04 09:00, 0 of 0 ready',
          'train weekly: next 03-04 09:00, closes 03-04 05:00',
        ],
      },
      {
        at: '03-02 10:00',
        does: board('weekly', ride('f01'), ride('f02'), plain('f03'), plain('f04')),
        shows: [
          'board weekly 1: boarding, closes 03-04 05:00, leaves 03-04 09:00, 4 of 4 ready',
          'cars of weekly 1: f01 f02 f03 f04 aboard',
        ],
      },
      { at: '03-04 04:59', shows: [] },
      {
        at: '03-04 05:00',
        shows: [
          'board weekly 1: closed, leaves 03-04 09:00, 4 of 4 ready',
          'board weekly 2: boarding, closes 03-11 05:00, leaves 03-11 09:00, 0 of 0 ready',
        ],
      },
      {
        at: '03-04 09:00',
        shows: [
          'board weekly 1: under-way, 4 aboard, release weekly-1',
          'cars of weekly 1: f01 f02 under-way',
          'cars of weekly 1: f03 f04 arrived',
          'release weekly-1: f03 on, f04 on; in flight f01 f02',
          'served: f01 f02 10%',
          'served: f03 f04 on',
          'train weekly: next 03-11 09:00, closes 03-11 05:00',
        ],
      },
      { at: '03-04 11:10', shows: ['served: f01 f02 50%'] },
      {
        at: '03-04 13:20',
        shows: [
          'board weekly 1: arrived, 4 aboard, release weekly-1',
          'cars of weekly 1: f01 f02 arrived',
          'release 2026-03-04.1 2026-03-04.2: f01 on, f02 on',
          'served: f01 f02 on',
        ],
      },
    ],
  },
  {
    week: '9 March: one fails, and takes along what needs it',
    moments: [
      {
        at: '03-09 10:00',
        does: board('weekly', ride('f05', 'watched'), needing('f06', 'f05'), ride('f07'), plain('f08'), ride('f09')),
        shows: [
          'board weekly 2: boarding, closes 03-11 05:00, leaves 03-11 09:00, 5 of 5 ready',
          'cars of weekly 2: f05 f06 f07 f08 f09 aboard',
        ],
      },
      {
        at: '03-11 05:00',
        shows: [
          'board weekly 2: closed, leaves 03-11 09:00, 5 of 5 ready',
          'board weekly 3: boarding, closes 03-18 05:00, leaves 03-18 09:00, 0 of 0 ready',
        ],
      },
      {
        at: '03-11 09:00',
        shows: [
          'board weekly 2: under-way, 5 aboard, release weekly-2',
          'cars of weekly 2: f05 f07 f09 under-way',
          'cars of weekly 2: f06 f08 arrived',
          'known good: 2026-03-04.2',
          'release weekly-2: f06 on, needs f05 on, f08 on; in flight f05 f07 f09',
          'served: f05 f07 f09 10%',
          'served: f06 on, needs f05 on',
          'served: f08 on',
          'train weekly: next 03-18 09:00, closes 03-18 05:00',
        ],
      },
      {
        at: '03-11 11:10',
        does: alert('Errors at the till'),
        shows: [
          'cars of weekly 2: f05 failed',
          'cars of weekly 2: f06 ejected',
          'served: f05 f06 off',
          'served: f07 f09 50%',
        ],
      },
      {
        at: '03-11 13:20',
        shows: [
          'board weekly 1: not shown any more',
          'board weekly 2: arrived, 5 aboard, release weekly-2',
          'cars of weekly 2: f07 f09 arrived',
          'release 2026-03-11.1 2026-03-11.2: f06 off, f07 on, f09 on',
          'served: f07 f09 on',
        ],
      },
    ],
  },
  {
    week: '16 March: two come after the cut-off, and a release manager agrees to one of them',
    moments: [
      {
        at: '03-16 10:00',
        does: board('weekly', ride('f10', 'days'), ride('f11'), plain('f12'), plain('f13')),
        shows: [
          'board weekly 3: boarding, closes 03-18 05:00, leaves 03-18 09:00, 4 of 4 ready',
          'cars of weekly 3: f10 f11 f12 f13 aboard',
        ],
      },
      {
        at: '03-18 05:00',
        shows: [
          'board weekly 3: closed, leaves 03-18 09:00, 4 of 4 ready',
          'board weekly 4: boarding, closes 03-25 05:00, leaves 03-25 09:00, 0 of 0 ready',
        ],
      },
      {
        at: '03-18 06:00',
        does: all(board('weekly', late(ride('f14')), late(plain('f15'))), uplift('weekly', 3, 'f14')),
        shows: ['board weekly 3: closed, leaves 03-18 09:00, 5 of 6 ready', 'cars of weekly 3: f14 f15 uplift'],
      },
      {
        at: '03-18 09:00',
        shows: [
          'board weekly 3: under-way, 5 aboard, release weekly-3, One change stayed behind.',
          'board weekly 4: boarding, closes 03-25 05:00, leaves 03-25 09:00, 1 of 1 ready',
          'cars of weekly 3: f10 f11 f14 under-way',
          'cars of weekly 3: f12 f13 arrived',
          'cars of weekly 3: f15 left-behind, to 4',
          'cars of weekly 4: f15 aboard',
          'known good: 2026-03-11.2',
          'release weekly-3: f12 on, f13 on; in flight f10 f11 f14',
          'served: f10 f11 f14 10%',
          'served: f12 f13 on',
          'train weekly: next 03-25 09:00, closes 03-25 05:00',
        ],
      },
      { at: '03-18 11:10', shows: ['served: f11 f14 50%'] },
      {
        at: '03-18 13:20',
        shows: [
          'board weekly 2: not shown any more',
          'cars of weekly 3: f11 f14 arrived',
          'release 2026-03-18.1 2026-03-18.2: f11 on, f14 on; in flight f10',
          'served: f11 f14 on',
        ],
      },
      { at: '03-21 09:10', shows: ['served: f10 50%'] },
    ],
  },
  {
    week: '23 March: somebody stops the line',
    moments: [
      {
        at: '03-23 10:00',
        does: board('weekly', ride('f16'), plain('f17'), plain('f18'), ride('f19')),
        shows: [
          'board weekly 4: boarding, closes 03-25 05:00, leaves 03-25 09:00, 5 of 5 ready',
          'cars of weekly 4: f16 f17 f18 f19 aboard',
        ],
      },
      {
        at: '03-24 08:00',
        does: stop('weekly', 'The till is slow'),
        shows: ['train weekly: next 03-25 09:00, closes 03-25 05:00; stopped: The till is slow'],
      },
      { at: '03-24 09:30', shows: [] },
      {
        at: '03-25 05:00',
        shows: [
          'board weekly 4: closed, leaves 03-25 09:00, 5 of 5 ready',
          'board weekly 5: boarding, closes 04-01 04:00, leaves 04-01 08:00, 0 of 0 ready',
        ],
      },
      {
        at: '03-25 09:00',
        shows: [
          'known good: 2026-03-18.2',
          'train weekly: next 04-01 08:00, closes 04-01 04:00; stopped: The till is slow',
        ],
      },
      {
        at: '03-25 15:00',
        does: start('weekly'),
        shows: [
          'board weekly 3: arrived, 5 aboard, release weekly-3, One change stayed behind.',
          'board weekly 4: under-way, 5 aboard, release weekly-4',
          'cars of weekly 3: f10 arrived',
          'cars of weekly 4: f15 f17 f18 arrived',
          'cars of weekly 4: f16 f19 under-way',
          'known good: 2026-03-25.1',
          'release 2026-03-25.1: f10 on',
          'release weekly-4: f15 on, f17 on, f18 on; in flight f16 f19',
          'served: f10 f15 f17 f18 on',
          'served: f16 f19 10%',
          'train weekly: next 04-01 08:00, closes 04-01 04:00',
        ],
      },
      { at: '03-25 17:10', shows: ['served: f16 f19 50%'] },
      {
        at: '03-25 19:20',
        shows: [
          'board weekly 4: arrived, 5 aboard, release weekly-4',
          'cars of weekly 4: f16 f19 arrived',
          'release 2026-03-25.2 2026-03-25.3: f16 on, f19 on',
          'served: f16 f19 on',
        ],
      },
    ],
  },
  {
    week: '30 March: by another clock in UTC, and into Easter',
    moments: [
      {
        at: '03-30 08:00',
        does: freeze('Easter', '04-01 22:00', '04-08 22:00'),
        shows: ['train weekly: next 04-01 08:00, closes 04-01 04:00; not 04-08 08:00 (Easter)'],
      },
      {
        at: '03-30 10:00',
        does: board('weekly', ride('f20'), ride('f21', 'days'), plain('f22'), plain('f23'), ride('f24')),
        shows: [
          'board weekly 5: boarding, closes 04-01 04:00, leaves 04-01 08:00, 5 of 5 ready',
          'cars of weekly 5: f20 f21 f22 f23 f24 aboard',
        ],
      },
      { at: '04-01 03:59', shows: [] },
      {
        at: '04-01 04:00',
        shows: [
          'board weekly 5: closed, leaves 04-01 08:00, 5 of 5 ready',
          'board weekly 6: boarding, closes 04-15 04:00, leaves 04-15 08:00, 0 of 0 ready',
        ],
      },
      { at: '04-01 07:59', shows: [] },
      {
        at: '04-01 08:00',
        shows: [
          'board weekly 5: under-way, 5 aboard, release weekly-5',
          'cars of weekly 5: f20 f21 f24 under-way',
          'cars of weekly 5: f22 f23 arrived',
          'release weekly-5: f22 on, f23 on; in flight f20 f21 f24',
          'served: f20 f21 f24 10%',
          'served: f22 f23 on',
          'train weekly: next 04-15 08:00, closes 04-15 04:00; not 04-08 08:00 (Easter)',
        ],
      },
      { at: '04-01 10:10', shows: ['served: f20 f24 50%'] },
      {
        at: '04-01 12:20',
        shows: [
          'cars of weekly 5: f20 f24 arrived',
          'release 2026-04-01.1 2026-04-01.2: f20 on, f24 on; in flight f21',
          'served: f20 f24 on',
        ],
      },
      {
        at: '04-01 22:00',
        shows: ['board weekly 3: not shown any more', 'board weekly 4: not shown any more', 'known good: 2026-03-25.3'],
      },
      { at: '04-04 09:00', shows: [] },
    ],
  },
  {
    week: '6 April: nothing leaves at Easter, and what was under way goes on afterwards',
    moments: [
      { at: '04-08 08:00', shows: ['known good: 2026-04-01.2', 'train weekly: next 04-15 08:00, closes 04-15 04:00'] },
      { at: '04-08 22:00', shows: [] },
      { at: '04-11 07:00', shows: [] },
      { at: '04-11 08:30', shows: ['served: f21 50%'] },
    ],
  },
  {
    week: '13 April: a departure is recalled',
    moments: [
      {
        at: '04-13 10:00',
        does: board('weekly', ride('f25'), ride('f26'), plain('f27'), plain('f28'), ride('f29', 'days')),
        shows: [
          'board weekly 6: boarding, closes 04-15 04:00, leaves 04-15 08:00, 5 of 5 ready',
          'cars of weekly 6: f25 f26 f27 f28 f29 aboard',
        ],
      },
      {
        at: '04-14 09:00',
        shows: [
          'board weekly 5: arrived, 5 aboard, release weekly-5',
          'cars of weekly 5: f21 arrived',
          'known good: 2026-04-14.1',
          'release 2026-04-14.1: f21 on',
          'served: f21 on',
        ],
      },
      {
        at: '04-15 04:00',
        shows: [
          'board weekly 6: closed, leaves 04-15 08:00, 5 of 5 ready',
          'board weekly 7: boarding, closes 04-22 04:00, leaves 04-22 08:00, 0 of 0 ready',
        ],
      },
      {
        at: '04-15 08:00',
        shows: [
          'board weekly 6: under-way, 5 aboard, release weekly-6',
          'cars of weekly 6: f25 f26 f29 under-way',
          'cars of weekly 6: f27 f28 arrived',
          'release weekly-6: f27 on, f28 on; in flight f25 f26 f29',
          'served: f25 f26 f29 10%',
          'served: f27 f28 on',
          'train weekly: next 04-22 08:00, closes 04-22 04:00',
        ],
      },
      { at: '04-15 10:10', shows: ['served: f25 f26 50%'] },
      {
        at: '04-15 12:20',
        shows: [
          'cars of weekly 6: f25 f26 arrived',
          'release 2026-04-15.1 2026-04-15.2: f25 on, f26 on; in flight f29',
          'served: f25 f26 on',
        ],
      },
      { at: '04-16 09:00', does: shedLater('f28'), shows: ['served: f28 on, shed at 2'] },
      {
        at: '04-17 09:00',
        does: recall('weekly', 6, 'Customers complain'),
        shows: [
          'board weekly 6: recalled, 5 aboard, release weekly-6, Customers complain',
          'cars of weekly 6: f25 f26 f27 f29 recalled',
          'cars of weekly 6: f28 kept',
          'served: f25 f26 f27 f29 off',
        ],
      },
    ],
  },
];
