import type { Db, Tx } from '../database/connect.ts';
import { parsePolicy } from './document-contract.ts';
import { findUnits } from './find-units.ts';
import { findFloor } from './floor-store.ts';
import type { PolicyGround, RecentRate } from './ground.ts';
import { readGroundEnvironments, readHeardEnvironments } from './ground-store.ts';
import type { PolicyReaders } from './policy-parts.ts';

/** Everything that a document is held against. Rates are read only of the metrics whose effects it says must be seen. */
export async function readGround(
  readers: Pick<PolicyReaders, 'metrics' | 'sources' | 'rates' | 'unitsNeeded' | 'whyRefused'>,
  db: Db | Tx,
  projectId: number,
  written: unknown,
): Promise<PolicyGround> {
  const environments = await readGroundEnvironments(db, projectId);
  const metrics = await readers.metrics(db, projectId);
  const { document } = parsePolicy(written);
  const seen = new Set(
    document?.guards.flatMap((guard) => ('mustSee' in guard && guard.mustSee !== undefined ? [guard.metric] : [])),
  );
  const wanted = metrics.filter(({ key, kind }) => seen.has(key) && kind === 'rate');
  const rates: RecentRate[] = [];
  for (const { id, key } of environments) {
    if (wanted.length === 0 || !document?.path.some(({ environment }) => environment === key)) continue;
    rates.push(...(await readers.rates(db, { environmentId: id, environment: key }, wanted)));
  }
  if (document !== undefined) await findUnits(document, { metrics, rates, unitsNeeded: readers.unitsNeeded });
  const sources = await readers.sources(db, projectId);
  const probes = document?.gates.flatMap((gate) => ('probe' in gate ? [gate.probe.url] : [])) ?? [];
  return {
    environments,
    metrics,
    sources: sources.map(({ key }) => key),
    refused: {
      sources: refusedOf(sources, readers),
      probes: refusedOf(
        probes.map((url) => ({ key: url, url })),
        readers,
      ),
    },
    heard: document?.guards.some(({ kind }) => kind === 'signal') ? await readHeardEnvironments(db, projectId) : [],
    rates,
    floor: (await findFloor(db, projectId))?.floor ?? null,
    unitsNeeded: readers.unitsNeeded,
  };
}

function refusedOf(
  named: readonly { key: string; url: string }[],
  { whyRefused }: Pick<PolicyReaders, 'whyRefused'>,
): Record<string, string> {
  return Object.fromEntries(
    named.flatMap(({ key, url }) => {
      const why = whyRefused(url);
      return why === undefined ? [] : [[key, why]];
    }),
  );
}
