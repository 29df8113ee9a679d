import type { Configuration, FlagContent } from '../flags/configuration.ts';
import type { SegmentContent } from '../segments/store.ts';
import type { LeftOut, Remark } from './not-carried.ts';

/** A flag as a document brings it: what it is in the project, and in the environment that it is imported into. */
export interface IncomingFlag {
  key: string;
  /** What the document calls it. */
  origin: string;
  content: FlagContent;
  configuration: Configuration;
}

/** A segment of the environment. */
export interface IncomingSegment {
  key: string;
  content: SegmentContent;
}

/** What a document brings, and what of it cannot be carried over. */
export interface Incoming {
  flags: IncomingFlag[];
  segments: IncomingSegment[];
  notImported: LeftOut[];
  notes: Remark[];
}
