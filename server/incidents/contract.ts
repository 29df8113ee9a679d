import { z } from '@hono/zod-openapi';
import { changeItem } from '../changes/contract.ts';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';
import { SEVERITIES } from './incident.ts';

const severity = z.enum(SEVERITIES).openapi({ example: 'major' });
const title = z.string().trim().min(1).max(200).openapi({ example: 'Payments fail' });
const state = z.enum(['open', 'closed']);
const reference = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .openapi({ description: 'How it is called elsewhere: a kill that names this joins it', example: 'OPS-1841' });
const commander = z.string().max(40).openapi({ description: 'The id of a member of the project' });
const placeIn = z.strictObject({
  environment: z.string().max(128).openapi({ example: 'production' }),
  flag: objectKey.nullable().optional().openapi({ description: 'Left out or null: the environment as a whole' }),
});
const places = z.array(placeIn).min(1, 'at least one environment').max(200);

const somebody = z.object({
  actor: z.string().openapi({ example: 'person:k2j8d0s9a1x4' }),
  name: z.string().nullable().openapi({ description: 'Where it is known' }),
});

const shown = {
  id: z.string(),
  title: z.string(),
  severity,
  state,
  openedHow: z.enum(['kill', 'signal', 'hand']),
  openedBy: somebody,
  openedAt: moment,
  activeAt: moment.openapi({ description: 'When it was opened, joined or opened again last' }),
  closedAt: moment.nullable(),
  reference: z.string().nullable(),
  commander: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  places: z.array(
    z.object({
      environment: z.string(),
      flag: z.string().nullable().openapi({ description: 'Null: the environment as a whole' }),
    }),
  ),
  version: z.number().int(),
};

export const incidentAnswer = z.object(shown).openapi('Incident');
export type IncidentAnswer = z.infer<typeof incidentAnswer>;
export const incidentPage = pageOf(incidentAnswer);

export const wholeIncident = z
  .object({
    ...shown,
    people: z.array(somebody.extend({ joinedAt: moment })),
    kills: z.array(
      z.object({
        id: z.string(),
        flag: z.string(),
        environment: z.string(),
        at: moment,
        by: somebody,
        reason: z.string(),
        lifted: z.boolean().openapi({ description: 'A restore has lifted it' }),
      }),
    ),
  })
  .openapi('WholeIncident');
export type WholeIncidentAnswer = z.infer<typeof wholeIncident>;

const timelineItem = changeItem
  .extend({
    kind: z
      .enum(['opened', 'joined', 'signal', 'kill', 'note', 'closed', 'reopened', 'edited', 'change'])
      .openapi({ description: '`change` is whatever else was done in its environments while it was open' }),
    text: z.string().nullable().openapi({ description: 'Of a note: all of it' }),
  })
  .openapi('TimelineItem');
export type TimelineItem = z.infer<typeof timelineItem>;
export const timelinePage = pageOf(timelineItem);

export const incidentQuery = pageQuery.extend({
  state: state.optional(),
  environment: z.string().max(128).optional(),
  flag: objectKey.optional().openapi({ description: 'Those that name it, or an environment as a whole' }),
});
export const incidentId = z.object({ id: z.string().max(40) });

const fields = { title, severity, commander: commander.nullable(), reference: reference.nullable(), places };
export const newIncident = z
  .strictObject({
    ...fields,
    severity: severity.default('major'),
    commander: fields.commander.default(null),
    reference: fields.reference.default(null),
    reason: reason.optional(),
  })
  .openapi({ example: { title: 'Payments fail', severity: 'critical', places: [{ environment: 'production' }] } });
export const incidentPatch = z.strictObject({
  title: title.optional(),
  severity: severity.optional(),
  commander: fields.commander.optional(),
  reference: fields.reference.optional(),
  places: places.optional(),
  reason: reason.optional(),
});
export const newNote = z.strictObject({ text: z.string().trim().min(1).max(10_000), reason: reason.optional() });

export const changedIncident = z.object({ incident: incidentAnswer, change: changeReceipt.optional() });
