import { CHOICES, type Facet, type View } from './view.ts';

/** One value that narrows the table, in the words of the screen. */
interface Choice {
  facet: Facet;
  value: string;
  words: string;
}

export interface ChoiceGroup {
  label: string;
  choices: Choice[];
}

/** The tags and owners that the flags of the project have. */
interface Known {
  tags: readonly string[];
  owners: readonly string[];
}

const LABELS: Record<Facet, string> = {
  ...{ state: 'State', life: 'Life', kind: 'Kind', type: 'Type', owner: 'Owner', tag: 'Tag', archived: 'Archived' },
};
const ARCHIVED: Record<string, string> = { too: 'archived too', only: 'only archived' };

/** How a chosen value is called, beside the name of its facet. */
export function tellChoice(facet: Facet, value: string): string {
  return facet === 'archived' ? (ARCHIVED[value] ?? value) : `${LABELS[facet].toLowerCase()} ${value}`;
}

/** Everything that the table can still be narrowed by: what is chosen already is left out. */
export function listChoices({ tags, owners }: Known, facets: View['facets'], environment: string): ChoiceGroup[] {
  const group = (facet: Facet, values: readonly string[], label = LABELS[facet]): ChoiceGroup => ({
    label,
    choices: values
      .filter((value) => !facets[facet].includes(value))
      .map((value) => ({ facet, value, words: facet === 'archived' ? tellChoice(facet, value) : value })),
  });
  return [
    group('state', CHOICES.state, `State in ${environment}`),
    group('life', CHOICES.life, `Life in ${environment}`),
    group('kind', CHOICES.kind),
    group('type', CHOICES.type),
    group('tag', tags),
    group('owner', owners),
    group('archived', CHOICES.archived),
  ].filter(({ choices }) => choices.length > 0);
}

export function sorted(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => a.localeCompare(b));
}
