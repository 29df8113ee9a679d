/** A scenario with everything that it consists of: the steps of its background first, its outline filled in. */
export interface Pickle {
  feature: string;
  name: string;
  /** Of the feature, the scenario and the examples, each with its `@`. */
  tags: string[];
  steps: Step[];
}

export interface Step {
  text: string;
  /** The rows below the step. */
  table: string[][];
}

interface Scenario {
  name: string;
  tags: string[];
  steps: Step[];
  examples: { tags: string[]; rows: string[][] }[];
}

const HEADING = /^(Feature|Background|Scenario Outline|Scenario|Examples):\s*(.*)$/;
const STEP = /^(?:Given|When|Then|And|But) (.*)$/;

/** Reads as much of Gherkin as the scenarios of OpenFeature use. What it does not know is an error, never left out. */
export function readGherkin(text: string): Pickle[] {
  let feature = { name: '', tags: [] as string[] };
  const background: Step[] = [];
  const scenarios: Scenario[] = [];
  let steps = background;
  let rows: string[][] | undefined;
  let tags: string[] = [];

  const head = (kind: string, name: string) => {
    rows = undefined;
    if (kind === 'Feature') feature = { name, tags };
    else if (kind === 'Background') steps = background;
    else if (kind === 'Examples') {
      rows = [];
      scenarios.at(-1)?.examples.push({ tags, rows });
    } else {
      steps = [];
      scenarios.push({ name, tags, steps, examples: [] });
    }
    tags = [];
  };

  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const heading = HEADING.exec(line);
    const step = STEP.exec(line);
    if (line === '' || line.startsWith('#')) continue;
    else if (line.startsWith('@')) tags = [...tags, ...line.split(/\s+/)];
    else if (heading) head(heading[1] ?? '', heading[2] ?? '');
    else if (line.startsWith('|') && rows) rows.push(cellsOf(line));
    else if (step) {
      rows = [];
      steps.push({ text: step[1] ?? '', table: rows });
    } else throw new Error(`no Gherkin that is known here: ${line}`);
  }
  return scenarios.flatMap((scenario) => {
    const filled = fillOutline(scenario);
    return filled.map((one) => ({
      ...one,
      feature: feature.name,
      tags: [...feature.tags, ...one.tags],
      steps: [...background, ...one.steps],
    }));
  });
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** One scenario for each row of examples; itself where there are none. */
function fillOutline({ name, tags, steps, examples }: Scenario): Omit<Pickle, 'feature'>[] {
  if (examples.length === 0) return [{ name, tags, steps }];
  return examples.flatMap(({ tags: more, rows: [names = [], ...rows] }) =>
    rows.map((row) => {
      const fill = (text: string) =>
        names.reduce((filled, column, index) => filled.replaceAll(`<${column}>`, row[index] ?? ''), text);
      const filled = steps.map(({ text, table }) => ({
        text: fill(text),
        table: table.map((cells) => cells.map(fill)),
      }));
      return { name: `${fill(name)} (${row.join(', ')})`, tags: [...tags, ...more], steps: filled };
    }),
  );
}
