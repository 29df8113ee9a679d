import type { z } from '@hono/zod-openapi';
import type { AccessList } from '../access/access-list.ts';
import { addMemberWork } from '../access/add-member.ts';
import { keyPatch, newKey } from '../access/contract.ts';
import { createKeyWork } from '../access/create-key.ts';
import { editKeyWork } from '../access/edit-key.ts';
import { editMemberWork } from '../access/edit-member.ts';
import { findKey } from '../access/key-store.ts';
import { memberPatch, newMember } from '../access/member-contract.ts';
import { findMember } from '../access/member-store.ts';
import { mintSecret, newId } from '../access/mint-secret.ts';
import { ROOT } from '../access/principal.ts';
import { type DraftKind, draftKind } from '../changes/draft.ts';

/** The door looks who agreed before anything of this is kept; so the work itself asks nobody. */
const agreed = (base: number | undefined) => ({
  ...{ principal: ROOT, reason: 'agreed', expected: base, approved: true as const, from: { address: '', agent: '' } },
});
const placeOf = (projectId: number) => ({ projectId, chain: projectId });

/** What waits is read by many: it holds no secret that others share with this installation. */
const withoutSecret = <B extends { context?: { secret?: string | undefined } | undefined }>(body: z.ZodType<B>) =>
  body.refine((wanted) => wanted.context?.secret === undefined, {
    path: ['context', 'secret'],
    message: 'no secret in a request, which many read: name a jwksUrl, or let the root token set it',
  });
const HOLDS_NO_SECRET = {
  secrets: {
    seal: (): never => {
      throw new Error('A draft holds no secret.');
    },
  },
};

/**
 * Giving somebody a say in what is protected, a key that kills there, or what is believed of visitors there, may wait
 * for a second admin.
 */
export function accessDrafts(list: AccessList): readonly DraftKind[] {
  return [
    draftKind({
      ...{ method: 'POST', path: '/members', body: newMember, protection: true },
      plan: ({ projectId, body: { reason: _reason, ...wanted }, base }) => {
        const id = newId();
        return {
          ...{ action: 'member.add', subject: `member/${id}`, alters: 'nothing', version: async () => undefined },
          work: addMemberWork({ list }, agreed(base), placeOf(projectId), id, wanted),
        };
      },
    }),
    draftKind({
      ...{ method: 'POST', path: '/environments/{environment}/keys', body: withoutSecret(newKey), protection: true },
      plan: (call) => {
        const { reason: _reason, ...wanted } = call.body;
        const minted = mintSecret(wanted.kind);
        return {
          ...{ action: 'key.create', subject: `key/${minted.id}`, alters: 'nothing', version: async () => undefined },
          work: createKeyWork(HOLDS_NO_SECRET, agreed(call.base), call.place(), wanted, minted),
          secret: minted.secret,
        };
      },
    }),
    draftKind({
      ...{
        method: 'PATCH',
        path: '/environments/{environment}/keys/{id}',
        body: withoutSecret(keyPatch),
        protection: true,
      },
      plan: (call) => {
        const { id = '' } = call.params;
        const { reason: _reason, ...patch } = call.body;
        const place = call.place();
        return {
          ...{ action: 'key.update', subject: `key/${id}`, alters: 'nothing' },
          version: async (db) => (await findKey(db, place.projectId, place.environment.id, id))?.version,
          work: editKeyWork(HOLDS_NO_SECRET, agreed(call.base), place, id, patch),
        };
      },
    }),
    draftKind({
      ...{ method: 'PATCH', path: '/members/{id}', body: memberPatch, protection: true },
      plan: ({ projectId, params: { id = '' }, body: { reason: _reason, ...patch }, base }) => ({
        ...{ action: 'member.update', subject: `member/${id}`, alters: 'nothing' },
        version: async (db) => (await findMember(db, projectId, id))?.row.version,
        work: editMemberWork({ list }, agreed(base), placeOf(projectId), id, patch),
      }),
    }),
  ];
}
