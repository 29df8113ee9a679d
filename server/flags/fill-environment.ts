import type { FillEnvironment } from '../environments/fill-environment.ts';
import { initialConfiguration } from './configuration.ts';
import { allFlags, insertConfigurations } from './flag-store.ts';

/** Makes every flag of the project known in a new environment, off; archived ones too, for they may come back. */
export const fillEnvironment: FillEnvironment = async (tx, { projectId, environmentId }) => {
  const flags = await allFlags(tx, projectId);
  const rows = flags.map((flag) => ({ flagId: flag.id, environmentId, ...initialConfiguration(flag.variants) }));
  await insertConfigurations(tx, rows);
};
