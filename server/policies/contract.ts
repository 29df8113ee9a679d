import { z } from '@hono/zod-openapi';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';
import { SELECTS_BY } from './attachment.ts';
import type { FloorDocument, PolicyDocument } from './document-contract.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const example = {
  key: 'web-standard',
  path: [
    { environment: 'staging', stages: [{ exposure: 100, bake: '30m' }] },
    {
      environment: 'production',
      stages: [
        { name: 'canary', exposure: 5, bake: '30m', minUnits: 4000 },
        { exposure: 100, bake: '4h', approvals: [{ role: 'release-manager' }] },
      ],
    },
  ],
  guards: [
    {
      id: 'errors',
      metric: 'checkout.error',
      kind: 'versus-control',
      margin: '20%',
      mustSee: '3x',
      onFail: 'rollBack',
    },
    { id: 'budget', metric: 'http.5xx', kind: 'absolute', limit: '1%', window: '10m', onFail: 'kill' },
  ],
  evidence: { maxAge: '5m', onNoData: 'hold', onError: 'hold' },
};

/** It is looked at whole where it is saved, so that all of its faults are told at once; here it is only described. */
const policyDocument = z
  .custom<PolicyDocument>(isObject, { error: 'the document of a policy, as an object' })
  .openapi('PolicyDocument', {
    type: 'object',
    description:
      'Environments in order, each with its stages; guards ("if these go wrong, we roll back") and gates ("if it ' +
      'passes this, we ship"). Times are `30s`, `10m`, `2h`, `1d`, shares `20%`, factors `3x`, exposures per cent with ' +
      'three decimals. An answer has every default written out.',
    example,
  });

const attachment = z.object({
  by: z.enum(SELECTS_BY).openapi({ description: 'The most specific wins: a flag, then its tags, kind, and type' }),
  value: z.string(),
});
const version = z.number().int().openapi({ description: 'Also in the ETag, as "v7"; send it as If-Match' });
const saved = {
  reason: z.string().nullable(),
  savedBy: z
    .string()
    .openapi({ example: 'person:4f2a', description: 'As in the change log; `request` where one was carried out' }),
  savedByName: z.string().nullable(),
  savedAt: moment,
};

const listedPolicy = z
  .object({
    key: z.string(),
    version,
    archived: z.boolean(),
    path: z.array(z.object({ environment: z.string(), stages: z.number().int() })),
    guards: z.number().int(),
    gates: z.number().int(),
    mode: z.enum(['automatic', 'button']),
    reversible: z.enum(['instant', 'forward-only', 'runbook']),
    watches: z
      .array(z.object({ guard: z.string(), metric: z.string().optional(), source: z.string().optional() }))
      .openapi({ description: 'Guards that look at a metric, or ask a source' }),
    attachments: z.array(attachment),
    ...saved,
  })
  .openapi('ListedPolicy');
export type ListedPolicy = z.infer<typeof listedPolicy>;
export const policyPage = pageOf(listedPolicy);

const policyAnswer = z
  .object({
    key: z.string(),
    version,
    newest: z.number().int(),
    archived: z.boolean(),
    document: policyDocument,
    yaml: z.string().openapi({ description: 'As its author wrote it, with the comments' }),
    attachments: z.array(attachment),
    ...saved,
  })
  .openapi('Policy');
export type PolicyAnswer = z.infer<typeof policyAnswer>;

export const policyWithVersions = policyAnswer
  .extend({ versions: z.array(z.object({ version: z.number().int(), ...saved })) })
  .openapi('PolicyWithVersions');
export type PolicyWithVersions = z.infer<typeof policyWithVersions>;
export const policyVersionAnswer = policyAnswer;
export const changedPolicy = z.object({ policy: policyAnswer, change: changeReceipt.optional() });

export const policyQuery = pageQuery.extend({ archived: z.enum(['false', 'true', 'any']).default('false') });
export const policyParams = z.object({ policy: z.string().max(128).openapi({ example: 'web-standard' }) });
export const versionParams = policyParams.extend({
  version: z.string().regex(/^[1-9][0-9]{0,8}$/, 'the number of a version'),
});

const written = {
  document: policyDocument.optional(),
  yaml: z.string().optional().openapi({ description: 'The same as text; faults then say line and column' }),
};
const acceptTooFewUnits = z.boolean().optional().openapi({
  description: 'Save it though its stages wait for fewer units than `mustSee` needs; needs a reason',
});
/** One of `document` and `yaml`; whoever sends `application/yaml` sends neither, and says the rest in the query. */
export const policySave = z.strictObject({ ...written, acceptTooFewUnits, reason: reason.optional() });
export const policySaveQuery = z.object({
  reason: reason.optional(),
  acceptTooFewUnits: z.enum(['true', 'false']).optional(),
});
const flag = objectKey.optional().openapi({ description: 'At whose traffic is told how long seeing takes' });
const mustBeNew = z
  .boolean()
  .optional()
  .openapi({ description: 'It is to be a policy of its own: a key that is taken is a fault' });
export const policyCheck = z.strictObject({ ...written, flag, mustBeNew });
export const policyCheckQuery = z.object({ flag });
/** The text itself, which the route reads: nothing of it is looked at as JSON. */
export const policyText = z
  .custom<z.infer<typeof policyCheck> & { acceptTooFewUnits?: boolean; reason?: string }>()
  .openapi('PolicyYaml', { type: 'string' });

const placed = {
  line: z.number().int().optional(),
  column: z.number().int().optional(),
};
const fault = z.object({ path: z.string(), code: z.string(), expected: z.string(), ...placed });
const remark = z.object({ path: z.string(), code: z.string(), says: z.string(), ...placed });
export const checkAnswer = z
  .object({
    ok: z.boolean(),
    faults: z.array(fault).openapi({ description: 'Each by its JSON pointer into the document' }),
    remarks: z.array(remark).openapi({ description: 'What is allowed, and may not be what was meant' }),
    foresight: z
      .array(
        z.object({
          environment: z.string(),
          guard: z.string(),
          stage: z.number().int().optional().openapi({ description: 'Where a flag was named: from 0' }),
          units: z.number().int().optional().openapi({ description: 'In each arm; left out where none can be told' }),
          takesMs: z.number().int().optional(),
          says: z.string(),
        }),
      )
      .openapi({ description: 'What its guards will see, at the rates and the traffic of the last seven days' }),
    begins: z.string().nullable().openapi({ description: 'What happens at once when a rollout by it is started' }),
    document: policyDocument
      .nullable()
      .openapi({ description: 'With its defaults; null where its shape is not sound' }),
    yaml: z.string().nullable().openapi({ description: 'The document as YAML' }),
    loosens: z
      .array(z.object({ path: z.string(), says: z.string() }))
      .openapi({ description: 'Where it asks for less than the newest version with the same key' }),
  })
  .openapi('PolicyCheck');
export type PolicyCheckAnswer = z.infer<typeof checkAnswer>;

export const attachBody = z.strictObject({
  by: z.enum(SELECTS_BY),
  value: objectKeyOrWord(),
  reason: reason.optional(),
});

/** Tags may have any letters; keys of flags are looked up. */
function objectKeyOrWord() {
  return z.union([objectKey, z.string().trim().min(1).max(128)]);
}

const floorDocument = z
  .custom<FloorDocument>(isObject, { error: 'the document of a floor, as an object' })
  .openapi('PolicyFloorDocument', {
    type: 'object',
    description:
      'What the project asks of every policy in each protected environment on its path: `bake` of each stage at least, ' +
      '`firstExposure` at most, `alpha` at least, `guards` and `gates` that something at least as strict must stand for, and `approvals` ' +
      'before some stage.',
    example: {
      bake: '10m',
      firstExposure: 10,
      alpha: 0.01,
      gates: [{ id: 'ci', check: 'acceptance' }],
      guards: [],
      approvals: [],
    },
  });
export const floorAnswer = z
  .object({
    floor: floorDocument,
    yaml: z.string().openapi({ description: 'The same as text; empty before there is one' }),
    version: z.number().int().openapi({ description: '0 before there is one' }),
    below: z
      .array(z.object({ policy: z.string(), faults: z.array(fault) }))
      .openapi({ description: 'Policies that were saved before and ask for less' }),
  })
  .openapi('PolicyFloor');
export type PolicyFloorAnswer = z.infer<typeof floorAnswer>;
/** One of `floor` and `yaml`. */
export const floorSave = z.strictObject({
  floor: floorDocument.optional(),
  yaml: z.string().optional().openapi({ description: 'The same as text; faults then say line and column' }),
  reason: reason.optional(),
});
export const changedFloor = floorAnswer.extend({ change: changeReceipt.optional() });
