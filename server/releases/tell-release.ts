import { asFields, countOf, plain, type Teller } from '../changes/tell-change.ts';

/** Tells of releases: `autumn: 12 flags and 2 segments of production kept, “Before the sale”`. */
export const releaseTeller: Teller = {
  kind: 'release',
  tell: ({ action, key, after }) => {
    const [environment, fields] = Object.entries(asFields(asFields(after)?.environments) ?? {})[0] ?? [];
    const is = asFields(fields);
    if (action !== 'release.create' || environment === undefined || is === undefined) return '';
    const count = (name: string, one: string) => countOf(Number(plain(is[name]) ?? 0), one);
    const note = typeof is.note === 'string' ? `, “${is.note}”` : '';
    return `${key}: ${count('flags', 'flag')} and ${count('segments', 'segment')} of ${environment} kept${note}`;
  },
};
