import { z } from '@hono/zod-openapi';
import { isObjectKey } from '../platform/is-object-key.ts';
import { pageOf } from '../platform/page.ts';
import { changeReceipt, moment, momentIn, reason } from '../platform/problem-contract.ts';
import { contextAnswer, contextIn } from './context-contract.ts';
import { KEY_KINDS, ROLES } from './principal.ts';

const name = z.string().trim().min(1).max(200);

const ORIGIN = /^(\*|https?:\/\/[^/\s?#]+)$/;
const origins = z
  .array(
    z.string().max(300).regex(ORIGIN, 'an origin such as https://shop.example without a path, or * for every page'),
  )
  .max(100);
const flagKeys = z.array(z.string().refine(isObjectKey, 'the key of a flag')).max(200);
const tagNames = z.array(z.string().min(1).max(128)).max(50);

export const keyAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(KEY_KINDS),
    name: z.string(),
    environment: z.string(),
    /** How the secret begins: enough to recognise it in a settings file. */
    startsWith: z.string(),
    state: z.enum(['live', 'expired', 'revoked']),
    origins: z.array(z.string()),
    flags: z.array(z.string()).nullable(),
    tags: z.array(z.string()).nullable(),
    context: contextAnswer.nullable(),
    createdBy: z.string(),
    createdAt: moment,
    expiresAt: moment.nullable(),
    revokedAt: moment.nullable(),
    successor: z.string().nullable(),
    version: z.number().int(),
    lastUsed: z.object({ at: moment, address: z.string().nullable(), sdk: z.string().nullable() }).nullable(),
  })
  .openapi('Key');
export type KeyAnswer = z.infer<typeof keyAnswer>;

export const keyPage = pageOf(keyAnswer);

/** `secret` is null, with a notice, in the answer to a repeated request: it was shown once and is not stored. */
const shownOnce = { secret: z.string().nullable(), secretNotice: z.string().optional() };

export const madeKey = z.object({ key: keyAnswer, ...shownOnce, change: changeReceipt });
export const rotatedKey = z.object({ key: keyAnswer, old: keyAnswer, ...shownOnce, change: changeReceipt });
export const changedKey = z.object({ key: keyAnswer, change: changeReceipt.optional() });

/** Revoked on this node from now on, and in the log when the database is there again. */
export const heldRevocation = z
  .object({ id: z.string(), state: z.literal('revoked'), durable: z.literal('journal') })
  .openapi('HeldRevocation');

export const newKey = z
  .strictObject({
    kind: z.enum(KEY_KINDS),
    name,
    expiresAt: momentIn.optional(),
    origins: origins.optional(),
    flags: flagKeys.min(1).optional(),
    tags: tagNames.min(1).optional(),
    context: contextIn.optional(),
    reason: reason.optional(),
  })
  .superRefine((key, context) => {
    if (key.kind !== 'client' && key.origins) {
      context.addIssue({
        code: 'custom',
        path: ['origins'],
        message: 'no origins: only client keys are used by pages',
      });
    }
    if (key.kind !== 'client' && key.context) {
      const message = 'no context: only what comes with a client key may be signed for';
      context.addIssue({ code: 'custom', path: ['context'], message });
    }
    for (const field of ['flags', 'tags'] as const) {
      if (key.kind !== 'kill' && key[field]) {
        context.addIssue({ code: 'custom', path: [field], message: `no ${field}: only kill keys are limited to some` });
      }
    }
  });
export type NewKey = z.infer<typeof newKey>;

/** RFC 7396: what is left out stays, null takes away. */
export const keyPatch = z.strictObject({
  name: name.optional(),
  expiresAt: momentIn.nullable().optional(),
  origins: origins.optional(),
  flags: flagKeys.min(1).nullable().optional(),
  tags: tagNames.min(1).nullable().optional(),
  context: contextIn.optional(),
  reason: reason.optional(),
});
export type KeyPatch = z.infer<typeof keyPatch>;

const DAY_MS = 86_400_000;

export const rotation = z.strictObject({
  overlapMs: z
    .number()
    .int()
    .min(0)
    .max(90 * DAY_MS)
    .default(DAY_MS),
  reason: reason.optional(),
});

export const tokenAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    check: z.string().nullable().openapi({ description: 'The one check whose results it posts; it has no roles then' }),
    environment: z.string().nullable(),
    startsWith: z.string(),
    state: z.enum(['live', 'expired', 'revoked']),
    owner: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .openapi({ description: 'The person who made it: it does no more than they may now. Null where root made it' }),
    createdBy: z.string(),
    createdAt: moment,
    expiresAt: moment.nullable(),
    revokedAt: moment.nullable(),
  })
  .openapi('Token');
export type TokenAnswer = z.infer<typeof tokenAnswer>;

export const tokenPage = pageOf(tokenAnswer);
export const madeToken = z.object({ token: tokenAnswer, ...shownOnce, change: changeReceipt });
export const changedToken = z.object({ token: tokenAnswer, change: changeReceipt.optional() });

export const newToken = z
  .strictObject({
    name,
    roles: z
      .array(z.enum(ROLES))
      .min(1)
      .max(ROLES.length)
      .refine((roles) => new Set(roles).size === roles.length, 'each role once')
      .optional(),
    /** The key of a check: a token for a CI, that posts its results and does nothing else. */
    check: z.string().refine(isObjectKey, 'the key of a check').optional(),
    /** The key of an environment; left out, the roles hold in the whole project. */
    environment: z.string().max(128).optional(),
    expiresAt: momentIn.optional(),
    reason: reason.optional(),
  })
  .superRefine(({ roles, check, environment }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (roles === undefined && check === undefined) refuse('roles', 'roles, or a check whose results it posts');
    if (check === undefined) return;
    if (roles !== undefined) refuse('roles', 'no roles: a token of a check posts its results and does nothing else');
    if (environment !== undefined) refuse('environment', 'no environment: a check speaks of commits');
  });
export type NewToken = z.infer<typeof newToken>;
