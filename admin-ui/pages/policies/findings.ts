import type { PolicyCheckAnswer } from '@turnout/server/contracts';
import { type Path, pointerOf } from './document-tree.ts';

export type Fault = PolicyCheckAnswer['faults'][number];
type Remark = PolicyCheckAnswer['remarks'][number];

/** What is wrong with a field or with a part of it; undefined where the server is content. */
export function faultAt(faults: readonly Fault[], path: Path): string | undefined {
  const pointer = pointerOf(path);
  return faults.find((fault) => fault.path === pointer || fault.path.startsWith(`${pointer}/`))?.expected;
}

/** How many faults a part of the document has. */
export function countFaults(faults: readonly Fault[], path: Path): number {
  const pointer = pointerOf(path);
  return faults.filter((fault) => fault.path === pointer || fault.path.startsWith(`${pointer}/`)).length;
}

/** Faults of exactly this place: those of its fields stand at the fields. */
export function faultsOf(faults: readonly Fault[], path: Path): string[] {
  const pointer = pointerOf(path);
  return faults.filter((fault) => fault.path === pointer).map(({ expected }) => expected);
}

/** Where something is told of, in the words of the form: `production, stage 2, bake`. */
export function tellPlace(document: unknown, pointer: string): string {
  const [first = '', at = '', ...rest] = pointer.split('/').slice(1);
  const held = document as { path?: { environment?: unknown }[] } & Record<string, { id?: unknown }[] | undefined>;
  const read = (find: () => unknown, otherwise: string): string => {
    const found = typeof document === 'object' && document !== null ? find() : undefined;
    return typeof found === 'string' && found !== '' ? found : otherwise;
  };
  const number = Number(at) + 1;
  if (first === '') return 'The whole';
  if (at === '') return first;
  if (first === 'path') {
    const step = read(() => held.path?.[Number(at)]?.environment, `environment ${number}`);
    const [stages, stage, ...field] = rest;
    if (stages !== 'stages' || stage === undefined) return [step, ...rest].join(', ');
    return [step, `stage ${Number(stage) + 1}`, ...(field.length === 0 ? [] : [field.join('.')])].join(', ');
  }
  if (first === 'guards' || first === 'gates') {
    const name = read(() => held[first]?.[Number(at)]?.id, `${first.slice(0, -1)} ${number}`);
    return [name, ...(rest.length === 0 ? [] : [rest.join('.')])].join(', ');
  }
  return [first, at, ...rest].join('.');
}

export const placeOf = ({ line, column }: Fault | Remark): string =>
  line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}`;
