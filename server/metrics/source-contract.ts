import { z } from '@hono/zod-openapi';
import { objectKey } from '../platform/object-key.ts';
import { describeBadAddress } from '../platform/outbound-address.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';
import { holdSame } from '../platform/same-type.ts';
import type { QueryAnswer } from './query-answer.ts';

const kind = z.literal('prometheus');

const shownAuth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('bearer'), setAt: moment }),
  z.object({ kind: z.literal('basic'), user: z.string(), setAt: moment }),
]);

export const sourceAnswer = z
  .object({
    key: z.string(),
    kind,
    url: z.string(),
    auth: shownAuth.openapi({ description: 'How it is asked; the token or password itself is shown to nobody' }),
    version: z.number().int(),
    createdBy: z.string(),
    createdAt: moment,
  })
  .openapi('Source', {
    example: {
      ...{ key: 'prometheus', kind: 'prometheus', url: 'https://prometheus.example.com', auth: { kind: 'none' } },
      ...{ version: 1, createdBy: 'person:k3j9x0q2m1ab', createdAt: '2026-01-31T12:00:00.000Z' },
    },
  });
export type SourceAnswer = z.infer<typeof sourceAnswer>;

/** A project has a handful. */
export const sourceList = z.object({ items: z.array(sourceAnswer) });

const url = z
  .string()
  .max(2_000)
  .superRefine((text, context) => {
    const bad = describeBadAddress(text);
    if (bad !== undefined) context.addIssue({ code: 'custom', message: bad });
    else if (new URL(text).search !== '' || new URL(text).hash !== '') {
      context.addIssue({ code: 'custom', message: 'an address without ? and #, to which /api/v1/query is added' });
    }
  });

/** Header values of one line; 401 would be all that the others ever bring. */
const secret = z
  .string()
  .min(1)
  .max(8_192)
  .regex(/^[\x21-\x7e]+$/, 'visible ASCII characters without spaces');
const password = z
  .string()
  .min(1)
  .max(1_024)
  .regex(/^[^\p{Cc}]+$/u, 'a text without control characters');
const user = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^:\p{Cc}]+$/u, 'a name without a colon');

const auth = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('bearer'), token: secret.optional(), setAt: z.unknown().optional() }),
    z.strictObject({ kind: z.literal('basic'), user, password: password.optional(), setAt: z.unknown().optional() }),
  ])
  .openapi({
    description:
      'Without a token or password the stored one stays, as long as the address keeps its scheme, host and port.',
  });
export type SourceAuthIn = z.infer<typeof auth>;

/** What an answer shows and nobody sets: accepted, so that what was read can be written back, and ignored. */
const readOnly = { key: z.unknown(), version: z.unknown(), createdBy: z.unknown(), createdAt: z.unknown() };

export const sourcePut = z
  .strictObject({ kind, url, auth: auth.default({ kind: 'none' }), ...readOnly, reason: reason.optional() })
  .partial({ key: true, version: true, createdBy: true, createdAt: true })
  .openapi({ example: { kind: 'prometheus', url: 'https://prometheus.example.com', auth: { kind: 'none' } } });
export interface SourceIn {
  kind: 'prometheus';
  url: string;
  auth: SourceAuthIn;
}

export const changedSource = z.object({ source: sourceAnswer, change: changeReceipt.optional() });
export const deletedSource = z.object({ source: z.string(), change: changeReceipt.optional() });
export const sourceParams = z.object({ source: objectKey.openapi({ example: 'prometheus' }) });

export const tryQuery = z.object({
  query: z.string().trim().min(1).max(4_000).openapi({ example: 'sum(rate(http_requests_total[5m]))' }),
});
export const queryAnswer = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('value'), value: z.number() }),
    z.object({ kind: z.literal('no-data') }),
    z.object({ kind: z.literal('not-a-number') }),
    z.object({ kind: z.literal('several-series'), count: z.number().int() }),
    z.object({ kind: z.literal('error'), message: z.string() }),
  ])
  .openapi('QueryAnswer');
holdSame<z.infer<typeof queryAnswer>, QueryAnswer>(true);
export const triedQuery = z.object({ at: moment, answer: queryAnswer });
export type TriedQuery = z.infer<typeof triedQuery>;
