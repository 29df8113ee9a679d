import { formatPosition } from '@turnout/core';
import type { EnvironmentAnswer } from './contract.ts';
import type { EnvironmentRow } from './environment-store.ts';

/** An environment as it is shown. */
export function showEnvironment(row: EnvironmentRow): EnvironmentAnswer {
  const { key, name, version, createdAt } = row;
  return {
    key,
    name,
    protected: row.protected,
    position: formatPosition(row),
    version,
    createdAt: createdAt.toISOString(),
  };
}

/** An environment as the log keeps it: what an author decided. Where it stands, every entry says anyway. */
export function logEnvironment(row: EnvironmentRow): { key: string; name: string; protected: boolean } {
  return { key: row.key, name: row.name, protected: row.protected };
}
