import type { PolicyCheckAnswer } from '../contracts.ts';
import type { Shell } from './command.ts';

export type Fault = PolicyCheckAnswer['faults'][number];

/** `rules.yaml:12:5: /guards/0/metric: expected …`, so that an editor can go there. */
export function printFaults(shell: Shell, file: string, faults: readonly Fault[]): void {
  for (const fault of faults) shell.warn(`${placeIn(file, fault)}: ${fault.path}: expected ${fault.expected}`);
}

export function placeIn(
  file: string,
  { line, column }: { line?: number | undefined; column?: number | undefined },
): string {
  return line === undefined ? file : `${file}:${line}:${column ?? 1}`;
}
