import { asFields, countOf, joinWords, type Teller, type ToldChange } from '../changes/tell-change.ts';

/** Tells of imports: `import of flagd into staging: 12 flags made, 3 flags changed`. */
export const importTeller: Teller = { kind: 'import', tell: tellImport };

function tellImport({ key, after }: ToldChange): string {
  const made = Object.keys(asFields(asFields(after)?.flags) ?? {});
  // A flag that was made is in other environments too, off; where it was imported into has its fields.
  const into = Object.entries(asFields(asFields(after)?.environments) ?? {});
  if (into.length === 0) return '';
  const touched = into.flatMap(([, side]) => Object.keys(asFields(asFields(side)?.flags) ?? {}));
  const segments = into.flatMap(([, side]) => Object.keys(asFields(asFields(side)?.segments) ?? {}));
  const changed = touched.filter((flag) => !made.includes(flag)).length;
  const told = [
    ...(made.length > 0 ? [`${countOf(made.length, 'flag')} made`] : []),
    ...(changed > 0 ? [`${countOf(changed, 'flag')} changed`] : []),
    ...(segments.length > 0 ? [`${countOf(segments.length, 'segment')} written`] : []),
  ];
  return `import of ${key} into ${joinWords(into.map(([environment]) => environment))}: ${told.join(', ')}`;
}
