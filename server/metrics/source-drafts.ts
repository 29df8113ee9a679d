import { ROOT } from '../access/principal.ts';
import { type DraftKind, draftKind } from '../changes/draft.ts';
import { type AskedFor, putSourceWork } from './change-source.ts';
import { sourcePut } from './source-contract.ts';
import { findSource } from './source-store.ts';

/** What waits is read by many: it holds nothing that a source is asked with. */
const withoutSecret = sourcePut.superRefine(({ auth }, context) => {
  const field = auth.kind === 'bearer' ? 'token' : 'password';
  if (auth.kind === 'none' || !(field in auth) || auth[field as keyof typeof auth] === undefined) return;
  const message = `no ${field} in a request, which many read: ask with the auth none, and set it once that is applied`;
  context.addIssue({ code: 'custom', path: ['auth', field], message });
});

const HOLDS_NO_SECRET = {
  seal: (): never => {
    throw new Error('A draft holds no secret.');
  },
};

/** Asking somebody else while a rollout goes by the answers may wait for a second admin. */
export function sourceDrafts(askedFor: AskedFor): readonly DraftKind[] {
  return [
    draftKind({
      ...{ method: 'PUT', path: '/sources/{source}', body: withoutSecret, protection: true },
      plan: ({ projectId, params: { source = '' }, body: { kind, url, auth, reason }, base }) => {
        // The door looks who agreed before anything of this is kept; so the work itself asks nobody.
        const agreed = { principal: ROOT, reason: reason ?? 'agreed', expected: base, approved: true as const };
        return {
          ...{ action: 'source.put', subject: `source/${source}`, alters: 'nothing' },
          version: async (db) => (await findSource(db, projectId, source))?.version,
          work: putSourceWork({ secrets: HOLDS_NO_SECRET, askedFor }, agreed, projectId, source, { kind, url, auth }),
        };
      },
    }),
  ];
}
