import type { Db } from '../database/connect.ts';
import { type FieldFault, invalid } from '../platform/problem.ts';
import type { IncidentPlace } from './incident.ts';
import { environmentsNamed } from './store.ts';

/** Places as somebody names them. What they may not see is answered like what is not there. */
export async function readPlaces(
  db: Db,
  projectId: number,
  named: readonly { environment: string; flag?: string | null | undefined }[],
  only: readonly number[] | undefined,
): Promise<IncidentPlace[]> {
  const found = await environmentsNamed(
    db,
    projectId,
    named.map(({ environment }) => environment),
  );
  const ids = new Map(
    found.filter(({ id }) => only === undefined || only.includes(id)).map(({ id, key }) => [key, id]),
  );
  const faults: FieldFault[] = [];
  const places = named.flatMap(({ environment, flag }, index) => {
    const environmentId = ids.get(environment);
    if (environmentId !== undefined) return [{ environmentId, environment, flag: flag ?? null }];
    const expected = 'the key of an environment of this project';
    faults.push({ path: `/places/${index}/environment`, code: 'unknown', expected });
    return [];
  });
  if (faults.length > 0) throw invalid(faults);
  return places;
}
