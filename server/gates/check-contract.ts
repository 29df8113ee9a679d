import { z } from '@hono/zod-openapi';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { moment } from '../platform/problem-contract.ts';

const status = z.enum(['passed', 'failed', 'pending']);

const commit = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'a whole commit: 40 hex digits in lower case')
  .openapi({ example: '3f786850e387550fdab836ed7e6dc881de23001b' });

/** Names of a CI may be anything that stands in a line. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]+$/u, 'a text of one line');

const link = z
  .string()
  .max(2_000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'an address of http or https');

export const checkAnswer = z
  .object({
    id: z.number().int(),
    check: z.string(),
    commit: z.string(),
    status,
    repository: z.string(),
    workflow: z.string(),
    fork: z.boolean().openapi({ description: 'It ran what a fork wrote, so it never counts' }),
    url: z.string().nullable(),
    summary: z.string(),
    postedBy: z.string(),
    at: moment,
  })
  .openapi('CheckResult');
export type CheckAnswer = z.infer<typeof checkAnswer>;

export const checkPage = pageOf(checkAnswer);
export const checkQuery = pageQuery.extend({ commit: commit.optional(), check: objectKey.optional() });

export const newCheck = z
  .strictObject({
    check: objectKey.openapi({ example: 'acceptance' }),
    commit,
    status,
    repository: line(300).openapi({ example: 'shop/web' }),
    workflow: line(300).openapi({ example: 'acceptance tests' }),
    fork: z
      .boolean()
      .default(false)
      .openapi({ description: 'True where the commit came from a fork: it never counts' }),
    url: link.optional().openapi({ description: 'Where the run can be read' }),
    summary: z.string().trim().max(1_000).default(''),
  })
  .openapi({
    example: {
      ...{ check: 'acceptance', commit: '3f786850e387550fdab836ed7e6dc881de23001b', status: 'passed' },
      ...{ repository: 'shop/web', workflow: 'acceptance tests', url: 'https://ci.example/runs/17' },
    },
  });

export const postedCheck = z.object({ check: checkAnswer });
