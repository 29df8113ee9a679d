import { RawPost, type RawPostParts } from '../access/raw-post.ts';
import { readReport } from './read-report.ts';
import type { ReportWriter } from './report-writer.ts';

export interface ReportProtocolParts extends RawPostParts {
  writer: Pick<ReportWriter, 'put'>;
}

export const REPORTS = '/sdk/v1/reports';

/** `POST /sdk/v1/reports`: what an app has evaluated. */
export function reportProtocol({ writer, ...parts }: ReportProtocolParts): RawPost {
  return new RawPost(parts, {
    ...{ path: REPORTS, what: 'Reports', status: 202 },
    take: async ({ projectId, environmentId }, request) =>
      writer.put({ projectId, environmentId }, await readReport(request)),
  });
}
