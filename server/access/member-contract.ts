import { z } from '@hono/zod-openapi';
import { pageOf } from '../platform/page.ts';
import { changeReceipt, moment, reason } from '../platform/problem-contract.ts';
import { newLogin, personName } from './person-contract.ts';
import { ROLES } from './principal.ts';

const state = z
  .enum(['active', 'invited', 'disabled'])
  .openapi({ description: 'Invited is who has no password yet; disabled is who may not sign in any more' });
const roles = z
  .array(z.enum(ROLES))
  .min(1)
  .max(ROLES.length)
  .refine((given) => new Set(given).size === given.length, 'each role once');
const environment = z.string().max(128).openapi({ description: 'The key of an environment of the project' });

export const memberAnswer = z
  .object({
    id: z.string(),
    person: z.object({ id: z.string(), login: z.string(), name: z.string(), state }),
    roles: z.array(z.enum(ROLES)),
    scope: z
      .enum(['installation', 'project', 'environment'])
      .openapi({ description: 'Who has roles in the whole installation is a member of every project' }),
    environment: z.string().nullable(),
    version: z.number().int().openapi({ description: 'Also in the ETag, as "v7"; send it as If-Match' }),
    createdAt: moment,
  })
  .openapi('Member');
export type MemberAnswer = z.infer<typeof memberAnswer>;
export const memberPage = pageOf(memberAnswer);

/** A link is `/invitation#<token>` below the address of the screen. It is shown once, and works once. */
const invitation = z
  .object({ token: z.string(), expiresAt: moment })
  .openapi({ description: 'Somebody sets their password at /invitation#<token>. Shown in this answer only' });

export const newMember = z.strictObject({
  login: newLogin,
  name: personName.optional().openapi({ description: 'For an account that is made; the login where it is left out' }),
  roles,
  environment: environment.optional(),
  reason: reason.optional(),
});
export type NewMember = z.infer<typeof newMember>;
export const newAdmin = newMember.omit({ environment: true });

/** RFC 7396: what is left out stays; `environment: null` means the whole project. */
export const memberPatch = z.strictObject({
  roles: roles.optional(),
  environment: environment.nullable().optional(),
  reason: reason.optional(),
});
export type MemberPatch = z.infer<typeof memberPatch>;

/** Somebody who has an account already is a member at once, and gets no link. */
export const madeMember = z.object({
  member: memberAnswer,
  invitation: invitation.nullable(),
  change: changeReceipt,
});
export const changedMember = z.object({ member: memberAnswer, change: changeReceipt.optional() });
export const removedMember = z.object({ change: changeReceipt });
export const madeInvitation = z.object({ invitation: invitation.nullable(), change: changeReceipt });

export const personAnswer = z
  .object({
    id: z.string(),
    login: z.string(),
    name: z.string(),
    state,
    memberships: z.array(
      z.object({
        project: z.string().nullable().openapi({ description: 'Null in the whole installation' }),
        environment: z.string().nullable(),
        roles: z.array(z.enum(ROLES)),
      }),
    ),
    sessions: z.number().int().openapi({ description: 'In how many browsers they are signed in' }),
    createdBy: z.string(),
    createdAt: moment,
  })
  .openapi('Person');
export type PersonAnswer = z.infer<typeof personAnswer>;
export const personPage = pageOf(personAnswer);
export const changedPerson = z.object({ person: personAnswer, change: changeReceipt.optional() });
