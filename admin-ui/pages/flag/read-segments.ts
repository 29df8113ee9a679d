import type { Condition } from '@turnout/core';
import { send } from '../../client/send-request.ts';

/** What of a segment a rule is written with. */
export interface KnownSegment {
  key: string;
  name: string;
  by: string;
  if: Condition | null;
}

const PAGE = 200;

/** All segments of an environment. */
export async function readSegments(project: string, environment: string): Promise<KnownSegment[]> {
  const path = `/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/segments`;
  const segments: KnownSegment[] = [];
  let cursor: string | undefined;
  do {
    const page = await send<{ items: KnownSegment[]; next: string | null }>(path, { query: { limit: PAGE, cursor } });
    segments.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return segments;
}
