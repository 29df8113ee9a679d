import { z } from '@hono/zod-openapi';
import { objectKey } from '../platform/object-key.ts';
import { pageOf, pageQuery } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';

const name = z.string().trim().min(1).max(200);
const version = z.number().int().openapi({ description: 'Also in the ETag, as "v7"; send it as If-Match' });

export const projectAnswer = z
  .object({
    key: z.string(),
    name: z.string(),
    archived: z.boolean(),
    demo: z.boolean().openapi({ description: 'Made to be tried out: a screen may offer to archive it' }),
    version,
    createdAt: moment,
  })
  .openapi('Project');
export type ProjectAnswer = z.infer<typeof projectAnswer>;

export const projectPage = pageOf(projectAnswer);
export const changedProject = z.object({ project: projectAnswer, change: changeReceipt.optional() });
/** Without it, archived projects are not there: by key they are 404. */
const archived = z.enum(['false', 'true', 'any']).default('false');
export const projectQuery = z.object({ archived });
export const projectsQuery = pageQuery.extend({ archived });
export type WhichProjects = z.infer<typeof archived>;
export const newProject = z.strictObject({
  key: objectKey,
  name: name.optional(),
  demo: z.boolean().optional(),
  reason: reason.optional(),
});
export type NewProject = z.infer<typeof newProject>;
export const projectPatch = z.strictObject({ name: name.optional(), reason: reason.optional() });
export type ProjectPatch = z.infer<typeof projectPatch>;

const approvals = z
  .strictObject({
    count: z.number().int().min(1).max(5),
    roles: z
      .array(z.enum(['editor', 'release-manager', 'admin']))
      .min(1)
      .max(3)
      .refine((roles) => new Set(roles).size === roles.length, 'each role once'),
  })
  .openapi('ApprovalRule', {
    description: 'How many people approve what grows here while it is protected, and which of these roles each has',
    example: { count: 1, roles: ['release-manager'] },
  });

export const environmentAnswer = z
  .object({
    key: z.string(),
    name: z.string(),
    protected: z.boolean().openapi({ description: 'Whatever gives users more needs an approval here' }),
    approvals: z.object({ count: z.number().int(), roles: z.array(z.string()) }),
    position: z.string().openapi({ description: 'Its place in history: epoch.revision' }),
    version,
    createdAt: moment,
  })
  .openapi('Environment');
export type EnvironmentAnswer = z.infer<typeof environmentAnswer>;

export const environmentPage = pageOf(environmentAnswer);
export const changedEnvironment = z.object({ environment: environmentAnswer, change: changeReceipt.optional() });
export const newEnvironment = z.strictObject({
  key: objectKey,
  name: name.optional(),
  protected: z.boolean().default(false),
  reason: reason.optional(),
});
export type NewEnvironment = z.infer<typeof newEnvironment>;
export const environmentPatch = z.strictObject({
  name: name.optional(),
  protected: z.boolean().optional(),
  approvals: approvals.optional(),
  reason: reason.optional(),
});
export type EnvironmentPatch = Omit<z.infer<typeof environmentPatch>, 'reason'>;

export const placesAnswer = z.object({
  places: z.array(z.object({ project: z.string(), environments: z.array(z.string()) })),
});
export type PlacesAnswer = z.infer<typeof placesAnswer>;
