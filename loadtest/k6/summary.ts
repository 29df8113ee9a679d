import { settings } from './settings.ts';

/** Leaves what k6 measured where the report finds it. */
export function handleSummary(data: unknown): Record<string, string> {
  return { [settings.summary]: JSON.stringify(data) };
}
