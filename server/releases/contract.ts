import { z } from '@hono/zod-openapi';
import { directionName } from '../changes/contract.ts';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, problem, reason } from '../platform/problem-contract.ts';
import { flipReceipts, waitQuery } from '../platform/receipts-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import type { Proof, ReleaseOrigin } from './release.ts';

const ORIGINS = ['departure', 'rollout', 'manual'] as const;
const PROOFS = ['off', 'run', 'stood'] as const;
holdSame<(typeof ORIGINS)[number], ReleaseOrigin>(true);
holdSame<Exclude<(typeof PROOFS)[number], 'off'>, Proof>(true);

const jsonValue = z
  .custom<unknown>(() => true)
  .openapi({
    type: ['null', 'boolean', 'string', 'number', 'array', 'object'],
    items: {},
    description: 'Any JSON value',
  });
const commit = z.string().regex(/^[0-9a-f]{40}$/, { error: 'a commit: 40 hexadecimal digits' });
const actor = z.string().openapi({ example: 'person:4f2a', description: 'As in the change log' });

// ---- Releases

export const newRelease = z
  .strictObject({
    tag: objectKey.optional().openapi({ description: 'Left out: the day and a number, `2026-11-25.1`' }),
    commit: commit.optional().openapi({ description: 'The git reference of what was deployed with it' }),
    note: z.string().trim().max(1_000).optional(),
    reason: reason.optional(),
  })
  .openapi('NewRelease', { example: { tag: 'autumn', note: 'Before the sale' } });
export type NewRelease = Omit<z.infer<typeof newRelease>, 'reason'>;

const unproven = z.object({
  flag: z.string(),
  because: z.string().openapi({ description: 'Why its form is not known to be good, or not any more' }),
});

const head = {
  tag: z.string(),
  environment: z.string(),
  commit: z.string().nullable(),
  origin: z.object({
    kind: z.enum(ORIGINS),
    says: z.string().openapi({ example: 'weekly 12', description: 'The departure or the rollout that it comes from' }),
    link: z.string().nullable().openapi({ description: 'Its path below the project: `/trains/weekly/departures/12`' }),
  }),
  position: z.string(),
  change: z.number().int().nullable(),
  note: z.string().nullable(),
  flags: z.number().int().openapi({ description: 'How many' }),
  segments: z.number().int(),
  createdBy: actor,
  createdByName: z.string().nullable(),
  createdAt: moment,
  knownGood: z.boolean().openapi({ description: 'Every form in it is known to be good, as of now' }),
  latestKnownGood: z.boolean().openapi({ description: 'The one to which `known-good` goes back' }),
  unproven: z.number().int().openapi({ description: 'How many flags of it are not known to be good' }),
};
export const releaseItem = z.object(head).openapi('ReleaseItem');
export type ReleaseItemAnswer = z.infer<typeof releaseItem>;
export const releasePage = pageOf(releaseItem);
export const releaseQuery = pageQuery.extend({
  // One has each flag of its environment in it.
  limit: z.coerce.number().int().min(1).max(50).default(20),
  good: z.enum(['true']).optional().openapi({ description: 'Those alone that are known to be good' }),
});

const releasedFlag = z.object({
  key: z.string(),
  state: z.enum(['on', 'off']),
  killed: z.boolean(),
  inFlight: z.string().nullable().openapi({ description: 'The rollout that was live: its anchor is kept here' }),
  served: z.string().openapi({ description: 'The hash of what decides what users get' }),
  good: z.boolean(),
  proof: z.enum(PROOFS).nullable(),
  because: z.string().openapi({ description: 'Why it is known to be good, or why not' }),
});
export const releaseAnswer = z
  .object({ ...head, unprovenFlags: z.array(unproven), items: z.array(releasedFlag) })
  .openapi('Release');
export type ReleaseAnswer = z.infer<typeof releaseAnswer>;
export const madeRelease = z.object({ release: releaseItem, change: changeReceipt.optional() });
export const releaseTag = z.object({ tag: z.string().min(1).max(128) });

export const diffQuery = z.object({
  from: z.string().max(128).openapi({ description: 'A tag, or `now`' }),
  to: z.string().max(128).openapi({ description: 'A tag, or `now`' }),
});
const side = jsonValue.nullable().openapi({ description: 'The form; null where it is not there' });
export const releaseDiff = z
  .object({
    from: z.string(),
    to: z.string(),
    flags: z.array(z.object({ key: z.string(), before: side, after: side })),
    segments: z.array(z.object({ key: z.string(), before: side, after: side })),
    same: z.number().int().openapi({ description: 'How many flags are the same in both' }),
  })
  .openapi('ReleaseDiff');
export type ReleaseDiffAnswer = z.infer<typeof releaseDiff>;

// ---- Rollback

export const environmentRollback = z
  .strictObject({
    to: z
      .union([z.literal('known-good'), z.strictObject({ release: z.string().min(1).max(128) })])
      .openapi({ description: '`known-good`: the newest release of which everything is known to be good' }),
    reason: reason.optional(),
  })
  .openapi('EnvironmentRollback', { example: { to: 'known-good', reason: 'Checkout is failing' } });
export type EnvironmentRollback = Omit<z.infer<typeof environmentRollback>, 'reason'>;

export const flagRollback = z
  .strictObject({
    to: z.union([
      z.strictObject({
        position: z
          .string()
          .regex(/^[0-9a-z]+\.[0-9]+$/)
          .max(64),
      }),
      z.strictObject({ release: z.string().min(1).max(128) }),
    ]),
    reason: reason.optional(),
  })
  .openapi('FlagRollback', { example: { to: { position: '4f2a.118' }, reason: 'Back to before the sale' } });
export type FlagRollback = Omit<z.infer<typeof flagRollback>, 'reason'>;

export const rollbackQuery = waitQuery.extend({
  dryRun: z.enum(['false', 'true']).optional().openapi({ description: 'Only show what would come of it' }),
});

const EFFECTS = ['changed', 'waits', 'kept', 'same'] as const;
const rolledFlag = z.object({
  key: z.string(),
  effect: z.enum(EFFECTS).openapi({
    description: '`waits`: it grows, so it is in the request. `kept`: its present state stands, `because` says why',
  }),
  direction: directionName.nullable(),
  because: z.string().nullable(),
  before: side,
  after: side,
});
export const rollbackAnswer = z
  .object({
    to: z.object({
      tag: z.string().nullable(),
      position: z.string(),
      at: moment,
      knownGood: z.boolean(),
    }),
    dryRun: z.boolean(),
    applied: z.enum(['all', 'safe-part', 'nothing']).openapi({
      description: '`safe-part`: what grows waits in `request`. In a dry run: what would be applied',
    }),
    flags: z.array(rolledFlag).openapi({ description: 'Those that differ, and those that are kept' }),
    segments: z.array(z.object({ key: z.string(), before: side, after: side })),
    endsRollouts: z.array(z.object({ id: z.string(), flag: z.string() })),
    same: z.number().int(),
    refusal: problem.nullable().openapi({ description: 'In a dry run: what would stand in its way' }),
    request: z.object({ id: z.string(), title: z.string() }).nullable(),
    change: changeReceipt.optional(),
    receipts: flipReceipts.optional(),
  })
  .openapi('Rollback');
export type RollbackAnswer = z.infer<typeof rollbackAnswer>;

/** What a flag was over time in an environment: where one can go back to. */
export const flagRevisions = z
  .object({
    items: z.array(
      z.object({
        position: z.string(),
        at: moment,
        change: z.number().int(),
        action: z.string().openapi({ example: 'flag.on' }),
        summary: z.string().openapi({ description: 'In words, and only of this environment' }),
        release: z.string().nullable().openapi({ description: 'The tag of a release that was made there' }),
        good: z.boolean(),
        present: z.boolean(),
        form: jsonValue,
      }),
    ),
  })
  .openapi('FlagRevisions');
export type FlagRevisionsAnswer = z.infer<typeof flagRevisions>;
