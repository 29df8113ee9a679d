import type { ImportAnswer } from '@turnout/server/contracts';

type Effect = ImportAnswer['flags'][number]['effect'];

/** How many are made, changed, and as they should be already. */
export function countEffects(some: readonly { effect: Effect }[]): Record<Effect, number> {
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const { effect } of some) counts[effect]++;
  return counts;
}

/** True where an import would leave an entry in the log. */
export function changesAnything({ flags, segments }: Pick<ImportAnswer, 'flags' | 'segments'>): boolean {
  return [...flags, ...segments].some(({ effect }) => effect !== 'unchanged');
}

/** What an import comes to, or did, in one sentence. */
export function tellImport(report: Omit<ImportAnswer, 'change' | 'notes'>, environment: string): string {
  const { flags, notImported, dryRun } = report;
  const all = flags.length + notImported.filter(({ flag }) => !flag.startsWith('segment ')).length;
  if (all === 0) return 'There is no flag in this file.';
  const { created, changed, unchanged } = countEffects(flags);
  const parts = [
    ...(created > 0 ? [`${created} ${dryRun ? 'would be made' : 'made'}`] : []),
    ...(changed > 0 ? [`${changed} ${dryRun ? 'would be changed' : 'changed'}`] : []),
    ...(unchanged > 0 ? [`${unchanged} as in the file already`] : []),
  ];
  const carried = dryRun ? 'can be carried over' : 'carried over';
  return `${flags.length} of ${all} ${all === 1 ? 'flag' : 'flags'} ${carried} into ${environment}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
}
