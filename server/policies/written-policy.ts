import type { FieldFault } from '../platform/problem.ts';
import { readYaml, type TextPlace } from './yaml-document.ts';

/** A document as it came: as data, or as the text of a file. */
export type Written = { document: unknown; yaml?: never } | { yaml: string; document?: never };

/** A fault, and where it stands in a text. */
export type PlacedFault = FieldFault & Partial<TextPlace>;

/** What was written, as data, and how to find a field of it in the text. */
export type ReadWritten =
  | { document: unknown; place<T extends { path: string }>(told: T): T & Partial<TextPlace>; fault?: never }
  | { fault: PlacedFault; document?: never };

export function readWritten(written: Written): ReadWritten {
  if (written.yaml === undefined) return { document: written.document, place: (told) => told };
  const read = readYaml(written.yaml);
  if (read.fault !== undefined) return { fault: read.fault };
  return { document: read.value, place: (told) => ({ ...told, ...read.placeOf(told.path) }) };
}
