import { z } from '@hono/zod-openapi';
import { isObjectKey } from '../platform/is-object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';

const name = z.string().trim().min(1).max(200).openapi({ example: 'Alerts of production' });
const source = z.enum(['alertmanager', 'generic']);
const auth = z
  .enum(['bearer', 'hmac'])
  .openapi({ description: 'How senders prove who they are: a token in `Authorization`, or a signature of the body' });
const environments = z
  .array(z.string().max(128))
  .max(50)
  .openapi({
    description: 'Keys of the environments where it may act, and where its signals trip guards',
    example: ['production'],
  });
const flags = z.array(z.string().refine(isObjectKey, 'the key of a flag')).max(500).openapi({
  description: 'Flags that it may touch, and of which its signals trip guards; none unless listed here or by a tag',
});
const tags = z.array(z.string().min(1).max(128)).max(50);
const actions = z
  .array(z.enum(['kill', 'incident']))
  .max(2)
  .openapi({
    description:
      'What it may do besides tripping guards: kill the flag that the label `turnout_flag` names, where it is listed ' +
      'and says `signalKill`, and open incidents',
  });
const maxFlipsPerHour = z
  .number()
  .int()
  .min(1)
  .max(1_000)
  .openapi({ description: 'Kills within an hour; one more opens an incident instead', example: 3 });

const secretShown = z.object({
  id: z.string(),
  startsWith: z.string().nullable().openapi({ description: 'Enough to recognise it; null for what signs' }),
  createdAt: moment,
  expiresAt: moment.nullable(),
});

export const hookAnswer = z
  .object({
    ...{ id: z.string(), name, source, auth, environments, flags, tags, actions, maxFlipsPerHour },
    path: z
      .string()
      .openapi({ description: 'Where its signals are posted', example: '/hooks/v1/alertmanager/k2j8d0s9a1x4' }),
    secrets: z.array(secretShown).openapi({ description: 'Those that are good now: two while one takes over' }),
    lastSignalAt: moment.nullable().openapi({ description: 'Of the last 24 hours' }),
    createdBy: z.string(),
    createdAt: moment,
    version: z.number().int(),
  })
  .openapi('Hook');
export type HookAnswer = z.infer<typeof hookAnswer>;
export const hookPage = pageOf(hookAnswer);

export const newHook = z
  .strictObject({
    name,
    source,
    auth: auth.optional().openapi({ description: 'Left out: bearer for Alertmanager, which signs nothing; else hmac' }),
    environments: environments.default([]),
    flags: flags.default([]),
    tags: tags.default([]),
    actions: actions.default([]),
    maxFlipsPerHour: maxFlipsPerHour.default(3),
    reason: reason.optional(),
  })
  .superRefine((hook, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (hook.source === 'alertmanager' && hook.auth === 'hmac') fault('auth', 'bearer: Alertmanager signs nothing');
    if (hook.actions.length > 0 && hook.environments.length === 0) {
      fault('environments', 'at least one environment, where it may act');
    }
  })
  .openapi({
    example: {
      ...{ name: 'Alerts of production', source: 'alertmanager', environments: ['production'], tags: ['checkout'] },
      actions: ['kill'],
    },
  });
export type NewHook = z.infer<typeof newHook>;

export const hookPatch = z.strictObject({
  name: name.optional(),
  environments: environments.optional(),
  flags: flags.optional(),
  tags: tags.optional(),
  actions: actions.optional(),
  maxFlipsPerHour: maxFlipsPerHour.optional(),
  reason: reason.optional(),
});
export type HookPatch = z.infer<typeof hookPatch>;

export const hookId = z.object({ id: z.string().max(40) });

const shownOnce = { secret: z.string().nullable(), secretNotice: z.string().optional() };
export const madeHook = z.object({ hook: hookAnswer, ...shownOnce, change: changeReceipt });
export const changedHook = z.object({ hook: hookAnswer, change: changeReceipt.optional() });
export const deletedHook = z.object({ id: z.string(), change: changeReceipt.optional() });

export const signalAnswer = z
  .object({
    id: z.number().int(),
    fingerprint: z.string(),
    status: z.enum(['firing', 'resolved']),
    severity: z.string(),
    labels: z.record(z.string(), z.string()),
    summary: z.string(),
    startsAt: moment,
    receivedAt: moment,
    lastAt: moment.openapi({ description: 'When it came last' }),
    outcome: z
      .enum(['recorded', 'resolved', 'late', 'killed', 'already', 'limited', 'refused', 'joined', 'failed'])
      .nullable(),
    because: z.string().nullable().openapi({ description: 'Why nothing more came of it' }),
  })
  .openapi('Signal');
export type SignalAnswer = z.infer<typeof signalAnswer>;
export const signalPage = pageOf(signalAnswer);
export const signalQuery = pageQuery;
