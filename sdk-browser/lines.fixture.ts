import type { Logger } from './options.ts';

/** A logger that keeps its lines, each as `level message`. */
export function recordLines(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { logger: { warn: keep('warn'), error: keep('error') }, lines };
}
