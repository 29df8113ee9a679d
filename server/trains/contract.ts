import { z } from '@hono/zod-openapi';
import { objectKey } from '../platform/object-key.ts';
import { pageOf } from '../platform/page.ts';
import { changeReceipt, moment, momentIn, reason } from '../platform/problem-contract.ts';
import { flipReceipts, waitQuery } from '../platform/receipts-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import { newRequest } from '../requests/contract.ts';
import type { CarState, DepartureState } from './departure.ts';
import type { OnItemFail } from './train.ts';

const STATES = ['scheduled', 'boarding', 'closed', 'departing', 'under-way', 'arrived', 'recalled', 'missed'] as const;
const CAR_STATES = [
  ...(['aboard', 'uplift', 'under-way', 'arrived', 'left-behind', 'withdrawn'] as const),
  ...(['failed', 'ejected', 'recalled', 'kept'] as const),
] as const;
const ON_ITEM_FAIL = ['eject', 'hold', 'recall'] as const;
holdSame<(typeof STATES)[number], DepartureState>(true);
holdSame<(typeof CAR_STATES)[number], CarState>(true);
holdSame<(typeof ON_ITEM_FAIL)[number], OnItemFail>(true);

const actor = z.string().openapi({ example: 'person:4f2a', description: 'As in the change log' });
const actorName = z.string().nullable();
const name = z.string().trim().min(1).max(200);
const lasts = z
  .string()
  .regex(/^[1-9][0-9]{0,3}[smhd]$/, { error: 'a time such as 30m, 4h or 2d' })
  .openapi({ example: '4h' });

// ---- Trains

const velocity = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('train'),
      rule: z.string().trim().min(1).max(300).openapi({ description: 'Five fields of cron, or an RRULE' }),
      zone: z.string().min(1).max(64).openapi({ example: 'Europe/Zurich' }),
    }),
    z.strictObject({
      kind: z.literal('critical-mass'),
      changes: z.number().int().min(1).max(50),
      longestWait: lasts.nullable().default(null),
    }),
    z.strictObject({ kind: z.literal('deadline'), at: momentIn }),
    z.strictObject({ kind: z.literal('continuous') }),
  ])
  .openapi({ description: 'When it leaves: by a schedule, when enough is ready, at a date, or each change by itself' });
export type VelocityIn = z.infer<typeof velocity>;

const trainFields = {
  name,
  velocity,
  cutOff: lasts.nullable().openapi({ description: 'So long before it leaves, the manifest closes' }),
  opens: lasts.nullable().openapi({ description: 'So long before it leaves one may come aboard; null: always' }),
  mode: z.enum(['automatic', 'button']),
  onItemFail: z.enum(ON_ITEM_FAIL).openapi({ description: 'What becomes of the others when one change fails' }),
  mostCars: z.number().int().min(1).max(50).nullable().openapi({ description: 'The batch cap' }),
};
export const newTrain = z
  .strictObject({
    key: objectKey,
    environment: objectKey,
    ...trainFields,
    name: name.optional(),
    cutOff: trainFields.cutOff.default(null),
    opens: trainFields.opens.default(null),
    mode: trainFields.mode.default('automatic'),
    onItemFail: trainFields.onItemFail.default('eject'),
    mostCars: trainFields.mostCars.default(null),
    reason: reason.optional(),
  })
  .openapi('NewTrain', {
    example: {
      ...{ key: 'weekly', environment: 'production', cutOff: '4h' },
      velocity: { kind: 'train', rule: '0 10 * * 3', zone: 'Europe/Zurich' },
    },
  });
export type NewTrain = Omit<z.infer<typeof newTrain>, 'reason'>;
export const trainPatch = z
  .strictObject({ ...trainFields, reason })
  .partial()
  .openapi('TrainPatch');
export type TrainPatch = Omit<z.infer<typeof trainPatch>, 'reason'>;

export const trainAnswer = z
  .object({
    key: z.string(),
    environment: z.string(),
    name: z.string(),
    velocity: z.union([
      z.object({ kind: z.literal('train'), rule: z.string(), zone: z.string() }),
      z.object({ kind: z.literal('critical-mass'), changes: z.number().int(), longestWait: z.string().nullable() }),
      z.object({ kind: z.literal('deadline'), at: moment }),
      z.object({ kind: z.literal('continuous') }),
    ]),
    says: z
      .string()
      .openapi({ example: 'Wednesdays at 10:00, Europe/Zurich', description: 'When it leaves, in words' }),
    cutOff: z.string().nullable(),
    opens: z.string().nullable(),
    mode: z.enum(['automatic', 'button']),
    onItemFail: z.enum(ON_ITEM_FAIL),
    mostCars: z.number().int().nullable(),
    stopped: z.object({ by: actor, byName: actorName, at: moment, reason: z.string() }).nullable(),
    ahead: z
      .array(z.object({ leavesAt: moment, closesAt: moment }))
      .openapi({ description: 'When it leaves next, freezes left out; 5 at most, none where nothing is scheduled' }),
    skipped: z
      .array(z.object({ at: moment, freeze: z.string() }))
      .openapi({ description: 'Times before the last of `ahead` at which it does not leave, for a freeze holds' }),
    archived: z.boolean(),
    createdBy: actor,
    createdAt: moment,
    version: z.number().int(),
  })
  .openapi('Train');
export type TrainAnswer = z.infer<typeof trainAnswer>;
export const trainList = z.object({ items: z.array(trainAnswer) });
export const changedTrain = z.object({ train: trainAnswer, change: changeReceipt.optional() });
export const trainKey = z.object({ train: z.string().min(1).max(128) });

// ---- Departures

const carAnswer = z
  .object({
    id: z.string(),
    state: z.enum(CAR_STATES),
    says: z.string().openapi({ description: 'How it stands, in one sentence' }),
    request: z.object({ id: z.string(), title: z.string() }),
    ready: z.boolean().openapi({ description: 'Nothing but the time is missing: it has the approvals that it needs' }),
    missing: z.array(z.string()).openapi({ description: 'What is missing, in words' }),
    flags: z.array(z.string()),
    needs: z.array(z.string()).openapi({ description: 'Cars (ids) that must ride with it: its prerequisites' }),
    rollouts: z.array(z.object({ id: z.string(), flag: z.string(), state: z.string(), says: z.string().nullable() })),
    boardedBy: actor,
    boardedByName: actorName,
    boardedAt: moment,
    uplift: z.object({ risk: z.string(), by: actor, byName: actorName, request: z.string().nullable() }).nullable(),
    movedTo: z.object({ train: z.string(), number: z.number().int() }).nullable(),
    endedAt: moment.nullable(),
  })
  .openapi('Car');
export type CarAnswer = z.infer<typeof carAnswer>;

const departureHead = {
  train: z.string(),
  number: z.number().int(),
  environment: z.string(),
  kind: z.enum(['regular', 'chemspill']),
  state: z.enum(STATES),
  says: z.string().openapi({ example: 'Boarding until 09:00', description: 'How it stands, in one sentence' }),
  opensAt: moment.nullable(),
  closesAt: moment.nullable().openapi({ description: 'The cut-off' }),
  leavesAt: moment.nullable(),
  closedAt: moment.nullable(),
  departedAt: moment.nullable(),
  effectiveAt: moment.nullable().openapi({ description: 'When all nodes and apps had it in force' }),
  endedAt: moment.nullable(),
  because: z.string().nullable(),
  aboard: z.number().int().openapi({ description: 'How many changes are, or were, aboard' }),
  ready: z.number().int(),
  release: z.string().nullable().openapi({ description: 'The tag of the release that it made' }),
  change: z.number().int().nullable(),
  chemspill: z
    .object({
      by: actor,
      byName: actorName,
      reason: z.string(),
      breakGlass: z.boolean(),
      secondBy: z.array(z.object({ actor, name: actorName })),
      request: z.string().nullable().openapi({ description: 'Where a second person agrees, while that is missing' }),
      postmortem: z
        .object({ by: actor, byName: actorName, at: moment, text: z.string(), url: z.string().nullable() })
        .nullable(),
      postmortemDue: moment,
    })
    .nullable(),
};
export const departureItem = z.object(departureHead).openapi('DepartureItem');
export type DepartureItem = z.infer<typeof departureItem>;
export const departurePage = pageOf(departureItem);

const VERBS = ['board', 'uplift', 'withdraw', 'eject', 'depart', 'recall', 'postmortem'] as const;
export const departureAnswer = z
  .object({
    ...departureHead,
    cars: z.array(carAnswer).openapi({ description: 'The manifest' }),
    may: z
      .array(z.enum(VERBS))
      .openapi({ description: 'What can be done with it now; rights are asked when it is done' }),
    outside: z
      .array(z.object({ flag: z.string(), needs: z.string() }))
      .openapi({ description: 'Flags that are not aboard and depend on one that is' }),
    version: z.number().int(),
  })
  .openapi('Departure');
export type DepartureAnswer = z.infer<typeof departureAnswer>;
export const departurePlace = trainKey.extend({ number: z.coerce.number().int().min(1).max(1_000_000) });
export const carPlace = departurePlace.extend({ car: z.string().min(1).max(64) });

/** The board: every train, the departure that comes next, and those that are under way or left lately. */
export const board = z
  .object({
    now: moment,
    trains: z.array(trainAnswer),
    departures: z.array(departureItem).openapi({ description: 'Those that are not over, and those of the last week' }),
    owed: z.array(departureItem).openapi({ description: 'Chemspills whose postmortem nobody has written yet' }),
    acts: z.boolean().openapi({ description: 'False where no node has acted for a while: then nothing leaves' }),
  })
  .openapi('Board');
export type BoardAnswer = z.infer<typeof board>;

// ---- What is done

const what = {
  request: z.string().max(64).optional().openapi({ description: 'An open request, whose changes come aboard' }),
  title: newRequest.shape.title.optional(),
  items: newRequest.shape.items.optional().openapi({
    description: 'Or the changes themselves: calls of the environment of the train. A request is made of them',
  }),
};
export const boarding = z
  .strictObject({
    ...what,
    risk: z.string().trim().min(1).max(2_000).optional().openapi({
      description: 'What may go wrong: needed after the cut-off, where it is an uplift that somebody must approve',
    }),
    departure: z.number().int().min(1).optional().openapi({
      description: 'Left out: the next one that one can still board',
    }),
    reason: reason.optional(),
  })
  .openapi('Boarding', {
    example: {
      title: 'New cart',
      items: [
        {
          ...{ method: 'POST', path: '/environments/production/flags/new-cart/rollout' },
          body: { from: 'off', to: 'on', policy: 'web-standard' },
        },
      ],
    },
  });
export type Boarding = Omit<z.infer<typeof boarding>, 'reason'>;
export const boarded = z.object({
  departure: departureAnswer,
  car: carAnswer,
  change: changeReceipt.optional(),
});

export const chemspillBody = z
  .strictObject({
    ...what,
    breakGlass: z
      .boolean()
      .default(false)
      .openapi({ description: 'Nobody else is asked: everybody is told, a review is owed' }),
    reason,
  })
  .openapi('Chemspill');
export type ChemspillIn = z.infer<typeof chemspillBody>;

export const mustReason = z.strictObject({ reason });
export const steerQuery = waitQuery.extend({
  dryRun: z.enum(['false', 'true']).optional().openapi({ description: 'Of a recall: only show what would come of it' }),
});

export const changedDeparture = z.object({
  departure: departureAnswer,
  kept: z
    .array(z.object({ car: z.string(), flag: z.string(), because: z.string() }))
    .openapi({ description: 'Of a recall or an ejection: what was edited since, and left as it is' })
    .optional(),
  restored: z.array(z.object({ flag: z.string(), environment: z.string() })).optional(),
  dryRun: z.boolean().optional(),
  change: changeReceipt.optional(),
  receipts: flipReceipts.optional(),
});
export type ChangedDeparture = z.infer<typeof changedDeparture>;

export const postmortemBody = z.strictObject({
  text: z.string().trim().min(1).max(20_000),
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null),
});
