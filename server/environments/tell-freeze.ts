import { asFields, changedFields, type Teller } from '../changes/tell-change.ts';

/** Tells of freezes by their names, for nobody knows one by its id: `freeze “Weekend”: lasts 63h → 40h`. */
export const freezeTeller: Teller = {
  kind: 'freeze',
  tell: ({ action, before, after }) => {
    const [was, is] = [asFields(before), asFields(after)];
    const name = is?.name ?? was?.name;
    if (typeof name !== 'string' || is === undefined) return '';
    const called = `freeze “${name}”`;
    if (action === 'freeze.end') return `${called}: ended early`;
    return was === undefined ? `${called}: made` : `${called}: ${changedFields(was, is).join(', ') || 'changed'}`;
  },
};
