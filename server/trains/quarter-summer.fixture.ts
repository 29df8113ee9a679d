import type { Moment } from './quarter.fixture.ts';
import {
  alert,
  all,
  board,
  freeze,
  makeTrain,
  plain,
  resume,
  ride,
  second,
  spill,
  unapproved,
  writeUp,
} from './quarter-cast.fixture.ts';

/** It goes on: see `quarter-spring.fixture.ts`. */
export const SUMMER: { week: string; moments: Moment[] }[] = [
  {
    week: '20 April: something leaves at once',
    moments: [
      {
        at: '04-20 10:00',
        does: board('weekly', ride('f30'), ride('f31'), plain('f32'), plain('f33'), ride('f34')),
        shows: [
          'board weekly 7: boarding, closes 04-22 04:00, leaves 04-22 08:00, 5 of 5 ready',
          'cars of weekly 7: f30 f31 f32 f33 f34 aboard',
        ],
      },
      {
        at: '04-21 14:00',
        does: spill('weekly', plain('f35')),
        shows: [
          'board weekly 5: not shown any more',
          'board weekly 8: chemspill closed, leaves 04-21 14:00, 0 of 1 ready',
          'cars of weekly 8: f35 aboard',
        ],
      },
      {
        at: '04-21 14:10',
        does: second('weekly', 8),
        shows: [
          'board weekly 8: chemspill arrived, 1 aboard, release weekly-8',
          'cars of weekly 8: f35 arrived',
          'owed weekly 8: 04-28 14:00',
          'release weekly-8: f25 off, f26 off, f27 off, f28 on, shed at 2, f35 on',
          'served: f35 on',
        ],
      },
      {
        at: '04-22 04:00',
        shows: [
          'board weekly 7: closed, leaves 04-22 08:00, 5 of 5 ready',
          'board weekly 9: boarding, closes 04-29 04:00, leaves 04-29 08:00, 0 of 0 ready',
        ],
      },
      {
        at: '04-22 08:00',
        shows: [
          'board weekly 7: under-way, 5 aboard, release weekly-7',
          'cars of weekly 7: f30 f31 f34 under-way',
          'cars of weekly 7: f32 f33 arrived',
          'release weekly-7: f32 on, f33 on; in flight f30 f31 f34',
          'served: f30 f31 f34 10%',
          'served: f32 f33 on',
          'train weekly: next 04-29 08:00, closes 04-29 04:00',
        ],
      },
      { at: '04-22 10:10', shows: ['served: f30 f31 f34 50%'] },
      {
        at: '04-22 12:20',
        shows: [
          'board weekly 7: arrived, 5 aboard, release weekly-7',
          'cars of weekly 7: f30 f31 f34 arrived',
          'release 2026-04-22.1 2026-04-22.2 2026-04-22.3: f30 on, f31 on, f34 on',
          'served: f30 f31 f34 on',
        ],
      },
      {
        at: '04-24 10:00',
        does: writeUp('weekly', 8),
        shows: ['board weekly 6: not shown any more', 'owed weekly 8: not shown any more'],
      },
    ],
  },
  {
    week: '27 April: another train leaves with the third change, and holds when one fails',
    moments: [
      {
        at: '04-27 09:00',
        does: makeTrain({
          key: 'mass',
          velocity: { kind: 'critical-mass', changes: 3, longestWait: '5d' },
          onItemFail: 'hold',
        }),
        shows: ['board mass 1: boarding, 0 of 0 ready', 'train mass: by no time'],
      },
      {
        at: '04-27 10:00',
        does: all(
          board('weekly', ride('f36'), plain('f37'), ride('f38'), plain('f39')),
          board('mass', ride('f40', 'watched')),
        ),
        shows: [
          'board mass 1: boarding, 1 of 1 ready',
          'board weekly 9: boarding, closes 04-29 04:00, leaves 04-29 08:00, 4 of 4 ready',
          'cars of mass 1: f40 aboard',
          'cars of weekly 9: f36 f37 f38 f39 aboard',
        ],
      },
      {
        at: '04-28 10:00',
        does: board('mass', ride('f41')),
        shows: ['board mass 1: boarding, 2 of 2 ready', 'cars of mass 1: f41 aboard'],
      },
      {
        at: '04-28 12:00',
        does: board('mass', plain('f42')),
        shows: [
          'board mass 1: under-way, 3 aboard, release mass-1',
          'board mass 2: boarding, 0 of 0 ready',
          'cars of mass 1: f40 f41 under-way',
          'cars of mass 1: f42 arrived',
          'release mass-1: f42 on; in flight f40 f41',
          'served: f40 f41 10%',
          'served: f42 on',
        ],
      },
      {
        at: '04-28 13:00',
        does: alert('Errors at the till'),
        shows: ['cars of mass 1: f40 failed', 'served: f40 off'],
      },
      {
        at: '04-29 04:00',
        shows: [
          'board weekly 10: boarding, closes 05-06 04:00, leaves 05-06 08:00, 0 of 0 ready',
          'board weekly 8: not shown any more',
          'board weekly 9: closed, leaves 04-29 08:00, 4 of 4 ready',
          'known good: weekly-8',
        ],
      },
      {
        at: '04-29 08:00',
        shows: [
          'board weekly 9: under-way, 4 aboard, release weekly-9',
          'cars of weekly 9: f36 f38 under-way',
          'cars of weekly 9: f37 f39 arrived',
          'known good: 2026-04-22.3',
          'release weekly-9: f37 on, f39 on; in flight f36 f38 f41',
          'served: f36 f38 10%',
          'served: f37 f39 on',
          'train weekly: next 05-06 08:00, closes 05-06 04:00',
        ],
      },
      { at: '04-29 10:10', shows: ['served: f36 f38 50%'] },
      {
        at: '04-29 12:20',
        shows: [
          'board weekly 7: not shown any more',
          'board weekly 9: arrived, 4 aboard, release weekly-9',
          'cars of weekly 9: f36 f38 arrived',
          'release 2026-04-29.1 2026-04-29.2: f36 on, f38 on; in flight f41',
          'served: f36 f38 on',
        ],
      },
      { at: '04-30 09:00', does: resume('mass', 1, 'f41'), shows: [] },
      { at: '04-30 11:10', shows: ['served: f41 50%'] },
      {
        at: '04-30 13:20',
        shows: [
          'board mass 1: arrived, 3 aboard, release mass-1',
          'cars of mass 1: f41 arrived',
          'release 2026-04-30.1: f41 on',
          'served: f41 on',
        ],
      },
    ],
  },
  {
    week: '4 May: a date that does not move, and all of it goes back when one fails',
    moments: [
      {
        at: '05-04 09:00',
        does: makeTrain({
          key: 'spring',
          velocity: { kind: 'deadline', at: '2026-05-08T10:00:00Z' },
          cutOff: '4h',
          onItemFail: 'recall',
        }),
        shows: [
          'board spring 1: boarding, closes 05-08 06:00, leaves 05-08 10:00, 0 of 0 ready',
          'train spring: next 05-08 10:00, closes 05-08 06:00',
        ],
      },
      {
        at: '05-04 10:00',
        does: board('weekly', ride('f43'), plain('f44'), ride('f45'), ride('f46'), plain('f47')),
        shows: [
          'board weekly 10: boarding, closes 05-06 04:00, leaves 05-06 08:00, 5 of 5 ready',
          'cars of weekly 10: f43 f44 f45 f46 f47 aboard',
        ],
      },
      {
        at: '05-05 10:00',
        does: board('spring', ride('f48', 'watched'), ride('f49'), plain('f50'), unapproved(plain('f51'))),
        shows: [
          'board spring 1: boarding, closes 05-08 06:00, leaves 05-08 10:00, 3 of 4 ready',
          'cars of spring 1: f48 f49 f50 f51 aboard',
        ],
      },
      {
        at: '05-06 04:00',
        shows: [
          'board weekly 10: closed, leaves 05-06 08:00, 5 of 5 ready',
          'board weekly 11: boarding, closes 05-13 04:00, leaves 05-13 08:00, 0 of 0 ready',
          'known good: mass-1',
        ],
      },
      {
        at: '05-06 08:00',
        shows: [
          'board weekly 10: under-way, 5 aboard, release weekly-10',
          'cars of weekly 10: f43 f45 f46 under-way',
          'cars of weekly 10: f44 f47 arrived',
          'known good: 2026-04-30.1',
          'release weekly-10: f44 on, f47 on; in flight f43 f45 f46',
          'served: f43 f45 f46 10%',
          'served: f44 f47 on',
          'train weekly: next 05-13 08:00, closes 05-13 04:00',
        ],
      },
      { at: '05-06 10:10', shows: ['served: f43 f45 f46 50%'] },
      {
        at: '05-06 12:20',
        shows: [
          'board weekly 10: arrived, 5 aboard, release weekly-10',
          'board weekly 9: not shown any more',
          'cars of weekly 10: f43 f45 f46 arrived',
          'release 2026-05-06.1 2026-05-06.2 2026-05-06.3: f43 on, f45 on, f46 on',
          'served: f43 f45 f46 on',
        ],
      },
      {
        at: '05-08 06:00',
        shows: ['board mass 1: not shown any more', 'board spring 1: closed, leaves 05-08 10:00, 3 of 4 ready'],
      },
      {
        at: '05-08 10:00',
        shows: [
          'board spring 1: under-way, 3 aboard, release spring-1, One change stayed behind.',
          'cars of spring 1: f48 f49 under-way',
          'cars of spring 1: f50 arrived',
          'cars of spring 1: f51 left-behind',
          'release spring-1: f50 on; in flight f48 f49',
          'served: f48 f49 10%',
          'served: f50 on',
          'train spring: by no time',
        ],
      },
      {
        at: '05-08 11:00',
        does: alert('Errors at the till'),
        shows: [
          'board spring 1: recalled, 3 aboard, release spring-1, The rollout of f48 failed: it was rolled back.',
          'cars of spring 1: f48 failed',
          'cars of spring 1: f49 f50 recalled',
          'served: f48 f49 f50 off',
        ],
      },
    ],
  },
  {
    week: '11 May: a freeze that came after the time-table, so the train is missed',
    moments: [
      {
        at: '05-11 10:00',
        does: board('weekly', ride('f52'), plain('f53'), ride('f54'), plain('f55')),
        shows: [
          'board weekly 11: boarding, closes 05-13 04:00, leaves 05-13 08:00, 4 of 4 ready',
          'cars of weekly 11: f52 f53 f54 f55 aboard',
        ],
      },
      {
        at: '05-12 09:00',
        does: freeze('Ascension', '05-12 22:00', '05-17 22:00'),
        shows: ['train weekly: next 05-20 08:00, closes 05-20 04:00; not 05-13 08:00 (Ascension)'],
      },
      {
        at: '05-13 04:00',
        shows: [
          'board weekly 11: closed, leaves 05-13 08:00, 4 of 4 ready',
          'board weekly 12: boarding, closes 05-20 04:00, leaves 05-20 08:00, 0 of 0 ready',
        ],
      },
      {
        at: '05-13 08:00',
        shows: [
          'board weekly 11: missed, 0 aboard, The freeze “Ascension” held when it should have left.',
          'board weekly 12: boarding, closes 05-20 04:00, leaves 05-20 08:00, 4 of 4 ready',
          'cars of weekly 11: f52 f53 f54 f55 left-behind, to 12',
          'cars of weekly 12: f52 f53 f54 f55 aboard',
          'known good: 2026-05-06.3',
          'train weekly: next 05-20 08:00, closes 05-20 04:00',
        ],
      },
      {
        at: '05-15 12:00',
        shows: ['board spring 1: not shown any more', 'board weekly 10: not shown any more'],
      },
    ],
  },
  {
    week: '18 May: everybody who missed it takes the next',
    moments: [
      {
        at: '05-18 10:00',
        does: board('weekly', plain('f56'), ride('f57')),
        shows: [
          'board weekly 12: boarding, closes 05-20 04:00, leaves 05-20 08:00, 6 of 6 ready',
          'cars of weekly 12: f56 f57 aboard',
        ],
      },
      {
        at: '05-20 04:00',
        shows: [
          'board weekly 12: closed, leaves 05-20 08:00, 6 of 6 ready',
          'board weekly 13: boarding, closes 05-27 04:00, leaves 05-27 08:00, 0 of 0 ready',
        ],
      },
      {
        at: '05-20 08:00',
        shows: [
          'board weekly 11: not shown any more',
          'board weekly 12: under-way, 6 aboard, release weekly-12',
          'cars of weekly 12: f52 f54 f57 under-way',
          'cars of weekly 12: f53 f55 f56 arrived',
          'release weekly-12: f50 off, f53 on, f55 on, f56 on; in flight f52 f54 f57',
          'served: f52 f54 f57 10%',
          'served: f53 f55 f56 on',
          'train weekly: next 05-27 08:00, closes 05-27 04:00',
        ],
      },
      { at: '05-20 10:10', shows: ['served: f52 f54 f57 50%'] },
      {
        at: '05-20 12:20',
        shows: [
          'board weekly 12: arrived, 6 aboard, release weekly-12',
          'cars of weekly 12: f52 f54 f57 arrived',
          'release 2026-05-20.1 2026-05-20.2 2026-05-20.3: f52 on, f54 on, f57 on',
          'served: f52 f54 f57 on',
        ],
      },
    ],
  },
  {
    week: '25 May: the last of the quarter',
    moments: [
      {
        at: '05-25 10:00',
        does: board('weekly', ride('f58'), plain('f59'), ride('f60')),
        shows: [
          'board weekly 13: boarding, closes 05-27 04:00, leaves 05-27 08:00, 3 of 3 ready',
          'cars of weekly 13: f58 f59 f60 aboard',
        ],
      },
      {
        at: '05-27 04:00',
        shows: [
          'board weekly 13: closed, leaves 05-27 08:00, 3 of 3 ready',
          'board weekly 14: boarding, closes 06-03 04:00, leaves 06-03 08:00, 0 of 0 ready',
        ],
      },
      {
        at: '05-27 08:00',
        shows: [
          'board weekly 13: under-way, 3 aboard, release weekly-13',
          'cars of weekly 13: f58 f60 under-way',
          'cars of weekly 13: f59 arrived',
          'known good: 2026-05-20.3',
          'release weekly-13: f59 on; in flight f58 f60',
          'served: f58 f60 10%',
          'served: f59 on',
          'train weekly: next 06-03 08:00, closes 06-03 04:00',
        ],
      },
      { at: '05-27 10:10', shows: ['served: f58 f60 50%'] },
      {
        at: '05-27 12:20',
        shows: [
          'board weekly 12: not shown any more',
          'board weekly 13: arrived, 3 aboard, release weekly-13',
          'cars of weekly 13: f58 f60 arrived',
          'release 2026-05-27.1 2026-05-27.2: f58 on, f60 on',
          'served: f58 f60 on',
        ],
      },
    ],
  },
];
