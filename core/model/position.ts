/** A place in an environment's history. Revisions of different epochs are never compared. */
export interface Position {
  epoch: string;
  revision: number;
}

/** Writes a position as `epoch.revision`: the SSE `id`, and what every ruleset, patch and heartbeat carries. */
export function formatPosition(position: Position): string {
  return `${position.epoch}.${position.revision}`;
}

/** Reads `epoch.revision`; undefined when the text is not a position. */
export function parsePosition(text: string): Position | undefined {
  const dot = text.lastIndexOf('.');
  if (dot <= 0) return undefined;
  const digits = text.slice(dot + 1);
  if (!/^(0|[1-9][0-9]{0,14})$/.test(digits)) return undefined;
  return { epoch: text.slice(0, dot), revision: Number(digits) };
}
