import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One figure: what was measured, how it came out in each run, and what it is to be. */
export interface Figure {
  name: string;
  unit: string;
  /** One value a run, in the order of the runs. */
  runs: number[];
  median: number;
  lowest: number;
  highest: number;
  goal?: { at: 'least' | 'most'; value: number };
  met?: boolean;
}

/** What a proof leaves in `docs/evidence`: its figures, and on what and from which commit they were made. */
export interface Evidence {
  proof: string;
  /** What was done, in a sentence or two, so that somebody else can judge the figures. */
  method: string;
  figures: Figure[];
  /** Things that are true or not, beside the figures. */
  facts: Record<string, string | number | boolean>;
}

/** Folds the runs of one figure; the goal is met by the median. */
export function foldFigure(name: string, unit: string, runs: number[], goal?: Figure['goal']): Figure {
  const sorted = [...runs].sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const figure: Figure = {
    name,
    unit,
    runs: runs.map(round),
    median: round(median),
    lowest: round(sorted[0] ?? Number.NaN),
    highest: round(sorted.at(-1) ?? Number.NaN),
  };
  if (goal === undefined) return figure;
  return { ...figure, goal, met: goal.at === 'least' ? median >= goal.value : median <= goal.value };
}

/** The value at a share of sorted values, by the nearest rank; NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  if (share === 0.5 && sorted.length % 2 === 0) {
    const upper = sorted.length / 2;
    return ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2;
  }
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number;
}

function round(value: number): number {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  return Number(value.toFixed(digits));
}

/** The figures as a table for people. */
export function drawTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${figure.median} ${figure.unit}`.trim(),
    `${figure.lowest} – ${figure.highest}`,
    figure.goal === undefined ? '' : `${figure.goal.at === 'least' ? '≥' : '≤'} ${figure.goal.value}`,
    figure.met === undefined ? '' : figure.met ? 'met' : 'NOT MET',
  ]);
  const all = [['', 'median', 'range', 'goal', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Writes `docs/evidence/<proof>.json`, with the machine and the commit, and prints the table. */
export function keepEvidence(evidence: Evidence): void {
  const folder = new URL('../../docs/evidence/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const { figures, ...rest } = evidence;
  const document = {
    ...rest,
    at: new Date().toISOString(),
    machine: describeMachine(),
    commit: describeCommit(),
    figures,
  };
  const file = fileURLToPath(new URL(`${evidence.proof}.json`, folder));
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  console.log(`\n${evidence.method}\n\n${drawTable(figures)}\n`);
  for (const [name, value] of Object.entries(evidence.facts)) console.log(`${name}: ${value}`);
  console.log(`\nwritten to docs/evidence/${evidence.proof}.json`);
}

export function describeMachine(): Record<string, string | number> {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    node: process.version,
    platform: process.platform,
  };
}

/** The commit, with a `+` where something other than evidence is not committed. */
export function describeCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/', ':(exclude,top)docs/evidence');
    return git('rev-parse', '--short=12', 'HEAD') + (changed === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
