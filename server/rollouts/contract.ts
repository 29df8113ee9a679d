import { z } from '@hono/zod-openapi';
import { ROLES } from '../access/principal.ts';
import type { ConditionState, GuardVerdict } from '../decisions/decision.ts';
import { serveAnswer } from '../flags/contract.ts';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';
import { flipReceipts } from '../platform/receipts-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import { ACTIONS, CAUSES, CONDITIONS, PAGES, REACHES, STATES, VERDICTS } from './decision-words.ts';

const state = z.enum(STATES).openapi({
  description:
    '`waiting`: started, and in no stage yet. `paused` stands until Resume or Roll back. `ended`: somebody edited what ' +
    'it owned, or stopped it; the last four are ends',
});
const name = z.string().min(1).max(128);
const actor = z.string().openapi({ example: 'person:4f2a', description: 'As in the change log' });
const actorName = z.string().nullable().openapi({ description: 'How it is called, where that is known' });
const share = z.number().openapi({ description: 'Per cent' });

// ---- What is asked

export const startBody = z
  .strictObject({
    flag: objectKey,
    target: name.default('fallthrough').openapi({ description: 'The id of a rule, or `fallthrough`' }),
    from: name.openapi({ description: 'The variant that is served there now' }),
    to: name.openapi({ description: 'The variant that is rolled out' }),
    policy: objectKey.optional().openapi({ description: 'Left out: the one that is attached to the flag' }),
    version: z.number().int().min(1).optional().openapi({ description: 'Of the policy; left out: the newest' }),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/, { error: 'a commit: 40 hexadecimal digits' })
      .optional()
      .openapi({ description: 'What checks are matched by; needed where a check gate is on the path' }),
    reason: reason.optional(),
  })
  .openapi('RolloutStart', { example: { flag: 'new-checkout', from: 'off', to: 'on', policy: 'web-standard' } });
export type RolloutStart = z.infer<typeof startBody>;

/** As an item of a request: flag and environment stand in its path, and the reason is that of the request. */
export const rideBody = startBody
  .omit({ flag: true, reason: true })
  .openapi('RolloutItem', { example: { from: 'off', to: 'on', policy: 'web-standard' } });
export type RolloutRide = z.infer<typeof rideBody>;

/** Resuming and overriding say why, wherever it is; the others where the environment is protected. */
export const mustReason = z.strictObject({ reason });
export const retryBody = z.strictObject({
  reason: reason.optional(),
  newSalt: z
    .boolean()
    .default(false)
    .openapi({ description: 'Draw all users anew: with the old salt a chance imbalance would repeat' }),
});

export const rolloutId = z.object({ id: z.string().min(1).max(64) });
export const rolloutQuery = pageQuery.extend({
  state: z.string().max(100).optional().openapi({
    example: 'running,paused',
    description: 'One or several states; `live` for all that are not over',
  }),
  flag: z.string().max(128).optional(),
  environment: z.string().max(128).optional().openapi({ description: 'Those on whose path it is' }),
});

// ---- What is answered

const guardVerdict = z.object({
  id: z.string(),
  mode: z.enum(['enforce', 'shadow']),
  verdict: z.enum(VERDICTS),
  because: z.string(),
  mayBeForged: z.boolean().optional().openapi({
    description: 'Clients made what it sees, and nothing shows that it is true: it holds or pauses at most',
  }),
  statistic: z.object({ name: z.string(), value: z.number(), bound: z.number() }).optional(),
});
const conditionState = z.object({
  ...{ id: z.string(), kind: z.enum(CONDITIONS), met: z.boolean(), because: z.string() },
  at: moment.optional().openapi({ description: 'Since when a gate is open, where that is known' }),
  isStuck: z.boolean().optional().openapi({ description: 'Nothing will come of it by itself any more' }),
});
holdSame<keyof z.infer<typeof guardVerdict>, keyof GuardVerdict>(true);
holdSame<keyof z.infer<typeof conditionState>, keyof ConditionState>(true);

const decided = {
  at: moment,
  action: z.enum(ACTIONS),
  reason: z.string().openapi({ description: 'What happens now and why, in one sentence' }),
  because: z.array(z.string()).openapi({ description: 'What it rests on, most important first' }),
  guards: z.array(guardVerdict),
  conditions: z.array(conditionState),
  page: z
    .enum(PAGES)
    .nullable()
    .openapi({ description: 'What a person must hear of now; null where nobody needs to, or was told within the day' }),
};

export const decisionAnswer = z
  .object({
    id: z.number().int(),
    run: z.string(),
    environment: z.string(),
    stage: z.number().int(),
    entry: z.number().int(),
    actor,
    actorName,
    ...decided,
    evidence: z.unknown().openapi({ description: 'What it saw, as it was then' }),
  })
  .openapi('RolloutDecision');
export type DecisionAnswer = z.infer<typeof decisionAnswer>;
export const decisionPage = pageOf(decisionAnswer);

const reachAnswer = z
  .object({
    state: z.enum(REACHES).openapi({
      description: '`reached`: every node serves it, and every app has it in force. `late`: it did not come in time',
    }),
    position: z.string(),
    change: z.number().int(),
    writtenAt: moment,
    reachedAt: moment.nullable(),
    laggards: z.array(z.string()),
  })
  .openapi({ description: 'How far what the run last wrote has come; only then a bake begins, or it is rolled back' });

const point = z.object({
  at: moment,
  verdict: z.enum(VERDICTS),
  value: z.number().optional(),
  bound: z.number().optional(),
});

const runAnswer = z
  .object({
    id: z.string(),
    state,
    stage: z.number().int().openapi({ description: 'Counts from 0; −1 before the first is entered' }),
    entry: z.number().int().openapi({ description: 'Counts entries of stages; each has evidence of its own' }),
    enteredAt: moment.nullable(),
    effectiveAt: moment.nullable().openapi({ description: 'When it was in force everywhere: the bake runs from here' }),
    bakeEndsAt: moment.nullable(),
    deadlineAt: moment.nullable(),
    standsSince: moment.nullable().openapi({ description: 'No bake and no deadline runs since then' }),
    pausedBy: z.object({ cause: z.enum(CAUSES), actor, actorName, reason: z.string(), at: moment }).nullable(),
    pressedBy: actor.nullable(),
    ratioOverridden: z.boolean(),
    anchor: serveAnswer.openapi({ description: 'What a rollback writes back' }),
    minUnits: z.number().int().nullable().openapi({ description: 'Units that each arm needs before it goes on' }),
    exposed: z
      .object({ treatment: z.number().int(), control: z.number().int(), to: z.number().int() })
      .nullable()
      .openapi({ description: 'Distinct measured units of this entry; null where nothing is measured in it' }),
    full: z.boolean().openapi({
      description:
        'More came in than may be measured of this entry: what came then is left out, and guards have no data by it',
    }),
    decision: z.object({ ...decided, checkAgainAt: moment.nullable() }).nullable(),
    series: z
      .record(z.string(), z.array(point))
      .openapi({ description: 'By guard: where it stood over time in this entry' }),
    reach: reachAnswer.nullable(),
    startedAt: moment,
    endedAt: moment.nullable(),
  })
  .openapi('RolloutRun');
export type RunAnswer = z.infer<typeof runAnswer>;

const stageAnswer = z.object({
  name: z.string().nullable(),
  audience: z.string().nullable(),
  exposure: share.nullable(),
  bakeMs: z.number().int(),
  minUnits: z.number().int().nullable(),
  minHits: z.object({ event: z.string(), count: z.number().int() }).nullable(),
  gates: z.array(z.string()).openapi({ description: 'Ids of the gates of entering it' }),
  approvals: z.array(z.object({ role: z.enum(ROLES), count: z.number().int() })),
  deadline: z.object({ afterMs: z.number().int(), onDeadline: z.enum(['ask', 'rollBack']) }),
  state: z.enum(['done', 'current', 'ahead', 'left']).openapi({ description: '`left`: it ended before this stage' }),
});
export type StageAnswer = z.infer<typeof stageAnswer>;

const stepAnswer = z.object({
  environment: z.string(),
  protected: z.boolean(),
  state: z
    .enum([...STATES, 'ahead', 'left'])
    .openapi({ description: 'Of its run; `ahead` where it has none yet, `left` where it will have none' }),
  stages: z.array(stageAnswer),
  run: runAnswer.nullable(),
});

const guardAnswer = z.object({
  id: z.string(),
  kind: z.enum(['versus-control', 'absolute', 'threshold', 'signal', 'sample-ratio']),
  mode: z.enum(['enforce', 'shadow']),
  onFail: z.enum(['rollBack', 'kill', 'pause', 'hold']),
  says: z.string().openapi({ description: 'What it watches, in words' }),
});

const head = {
  id: z.string(),
  flag: z.string(),
  target: z.string(),
  from: z.string(),
  to: z.string(),
  policy: z.object({ key: z.string(), version: z.number().int() }),
  mode: z.enum(['automatic', 'button']),
  commit: z.string().nullable(),
  state,
  startedBy: actor,
  startedByName: z.string().nullable(),
  startedAt: moment,
  endedAt: moment.nullable(),
  reason: z.string().nullable(),
  retryOf: z.string().nullable(),
  version: z.number().int(),
};

export const rolloutItem = z
  .object({
    ...head,
    environment: z.string().openapi({ description: 'Where it is now, or was last' }),
    stage: z.number().int(),
    stages: z.number().int(),
    stageName: z.string().nullable(),
    exposure: share.nullable(),
    audience: z.string().nullable(),
    says: z.string().nullable().openapi({ description: 'The last decision, in one sentence; also a person’s' }),
    page: z.enum(PAGES).nullable(),
    reach: z.enum(REACHES).nullable(),
  })
  .openapi('RolloutItem');
export type RolloutItem = z.infer<typeof rolloutItem>;
export const rolloutPage = pageOf(rolloutItem);

export const rolloutAnswer = z
  .object({
    ...head,
    reversible: z.enum(['instant', 'forward-only', 'runbook']),
    runbookUrl: z.string().nullable(),
    path: z.array(stepAnswer).openapi({ description: 'The stage track: environments in order, with their stages' }),
    guards: z.array(guardAnswer),
    says: z.string().nullable().openapi({ description: 'The last decision, in one sentence; also a person’s' }),
    may: z
      .array(z.enum(['advance', 'pause', 'resume', 'rollback', 'retry', 'override-ratio', 'ask-again']))
      .openapi({ description: 'What can be done with it now; rights are asked when it is done' }),
    acts: z.boolean().openapi({
      description: 'False where no node has acted for a while, the database being away: then no policy acts at all',
    }),
  })
  .openapi('Rollout');
export type RolloutAnswer = z.infer<typeof rolloutAnswer>;

export const startedRollout = z.object({
  rollout: rolloutAnswer,
  begins: z.string().openapi({ description: 'What happens at once now that it is started, in a sentence or two' }),
  warnings: z.array(z.string()).openapi({ description: 'What will not be seen, and what could not be checked' }),
  change: changeReceipt.optional(),
});
export const steeredRollout = z.object({
  rollout: rolloutAnswer,
  change: changeReceipt.optional(),
  receipts: flipReceipts.optional(),
});
