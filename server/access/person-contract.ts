import { z } from '@hono/zod-openapi';
import { moment } from '../platform/problem-contract.ts';
import { RIGHTS } from './permissions.ts';
import { ROLES } from './principal.ts';

const LEAST_PASSWORD = 12;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;

export const newLogin = z
  .string()
  .trim()
  .regex(LOGIN, 'a login or mail address: letters, digits and . _ @ + - only, 128 at most')
  .openapi({ example: 'ada' });
export const personName = z.string().trim().min(1).max(200).openapi({ example: 'Ada Admin' });

/** A new password: long rather than complicated. Unicode is welcome, and is compared in its usual form. */
export const newPassword = z
  .string()
  .max(200, 'at most 200 characters')
  .refine((text) => [...text.normalize('NFKC')].length >= LEAST_PASSWORD, `at least ${LEAST_PASSWORD} characters`)
  .refine((text) => new Set(text).size > 3, 'more than a few characters again and again')
  .openapi({ format: 'password' });

/** One that is only compared: whatever somebody once chose. */
const oldPassword = z.string().min(1).max(200).openapi({ format: 'password' });
const linkToken = z.string().max(200).openapi({ description: 'What stands behind the # of the link' });

function isOther(login: string, password: string): boolean {
  return !password.toLowerCase().includes(login.toLowerCase()) || login.length < 4;
}

export const setupState = z
  .object({
    needed: z.boolean().openapi({ description: 'True while there is no administrator' }),
    https: z.boolean().openapi({ description: 'False where signing in is refused, for others could read along' }),
  })
  .openapi('Setup');
export type SetupState = z.infer<typeof setupState>;

export const firstAdmin = z
  .strictObject({ token: linkToken, login: newLogin, name: personName, password: newPassword })
  .superRefine(({ login, password }, context) => {
    if (isOther(login, password)) return;
    context.addIssue({ code: 'custom', path: ['password'], message: 'a password that the login is no part of' });
  });

export const signInRequest = z.strictObject({ login: z.string().trim().min(1).max(128), password: oldPassword });
export const passwordChange = z.strictObject({ current: oldPassword, next: newPassword });
export const acceptance = z.strictObject({ token: linkToken, password: newPassword });

const may = z
  .object({
    yes: z.boolean(),
    why: z.string().optional().openapi({ description: 'Where not: the sentence that says why, for the screen' }),
    asks: z.literal(true).optional().openapi({ description: 'Where not by oneself, but by an approved request' }),
  })
  .openapi('May');
export type May = z.infer<typeof may>;

const roles = z.array(z.enum(ROLES));
const rights = z.array(z.enum(RIGHTS));

const myEnvironment = z.object({
  key: z.string(),
  name: z.string(),
  protected: z.boolean(),
  roles,
  rights,
  may: z.object({ read: may, safe: may, grow: may, kill: may, restore: may, admin: may }),
  reasonRequired: z.boolean(),
});
export type MyEnvironment = z.infer<typeof myEnvironment>;

const myProject = z.object({
  key: z.string(),
  name: z.string(),
  demo: z.boolean().openapi({ description: 'It was made to play with, and can be removed' }),
  roles,
  rights,
  environments: z.array(myEnvironment),
});
export type MyProject = z.infer<typeof myProject>;

export const me = z
  .object({
    principal: z.object({
      kind: z.enum(['person', 'token', 'root']),
      id: z.string(),
      name: z.string(),
      login: z.string().optional(),
    }),
    session: z.object({ expiresAt: moment }).nullable(),
    rights: rights.openapi({ description: 'In the whole installation' }),
    projects: z.array(myProject),
  })
  .openapi('Me');
export type Me = z.infer<typeof me>;

export const mySession = z
  .object({
    id: z.string(),
    madeAt: moment,
    expiresAt: moment,
    address: z.string(),
    agent: z.string(),
    current: z.boolean().openapi({ description: 'The one that asks' }),
  })
  .openapi('Session');
export type MySession = z.infer<typeof mySession>;
export const mySessions = z.object({ items: z.array(mySession) });
