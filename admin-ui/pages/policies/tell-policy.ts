import type { ListedPolicy, PolicyAnswer } from '@turnout/server/contracts';

type Attachment = PolicyAnswer['attachments'][number];

/** `staging (1 stage) → production (5 stages)`. */
export function tellPath(path: ListedPolicy['path']): string {
  const many = (count: number) => (count === 1 ? '1 stage' : `${count} stages`);
  return path.map(({ environment, stages }) => `${environment} (${many(stages)})`).join(' → ');
}

const ATTACHED: Record<Attachment['by'], (value: string) => string> = {
  flag: (value) => `the flag ${value}`,
  tag: (value) => `flags tagged ${value}`,
  kind: (value) => `${value} flags`,
  type: (value) => `flags of type ${value}`,
};

export function tellAttachment({ by, value }: Attachment): string {
  return ATTACHED[by](value);
}

/** Who saved a version: by name where one is known. */
export function tellSaver({ savedBy, savedByName }: Pick<PolicyAnswer, 'savedBy' | 'savedByName'>): string {
  if (savedByName !== null) return savedByName;
  if (savedBy === 'request') return 'an approved request';
  return savedBy === 'root' ? 'the root token' : savedBy;
}

/** How many of its fields a draft says differently, each field counted whole. */
export function countChanged(before: unknown, after: unknown, isSame: (a: unknown, b: unknown) => boolean): number {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return new Set([...Object.keys(was), ...Object.keys(is)].filter((name) => !isSame(was[name], is[name]))).size;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
