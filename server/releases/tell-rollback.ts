import { asFields, countOf, type Teller } from '../changes/tell-change.ts';

/** Tells of environments that went back: how much of them, for what each flag was stands in the entry. */
export const rollbackTeller: Teller = {
  kind: 'rollback',
  tell: ({ action, key, after }) => {
    const items = asFields(after)?.items;
    const about = (kind: string) =>
      Array.isArray(items) ? items.filter((item) => String(asFields(item)?.subject).startsWith(`${kind}/`)).length : 0;
    const [flags, segments] = [about('flag'), about('segment')];
    const what = [
      ...(flags > 0 ? [countOf(flags, 'flag')] : []),
      ...(segments > 0 ? [countOf(segments, 'segment')] : []),
    ].join(' and ');
    const undone = action === 'rollback.undo' ? ' (a rollback was undone)' : '';
    return `${key} went back: ${what === '' ? 'nothing' : what}${undone}`;
  },
};
