export { bucket } from './evaluate/bucket.ts';
export { type Compiled, compile } from './evaluate/compile.ts';
export { constantAnswer } from './evaluate/constant-answer.ts';
export { evaluate, evaluateAll } from './evaluate/evaluate.ts';
export { type Explanation, explain } from './evaluate/explain.ts';
export type { Fault, FaultCode } from './evaluate/fault.ts';
export { conditionFaults, serveFaults } from './evaluate/find-faults.ts';
export { findTangles, type Tangles, UNTANGLED } from './evaluate/find-tangles.ts';
export type { CompiledFlag } from './evaluate/flag.ts';
export { murmur3 } from './evaluate/murmur3.ts';
export { MOST_SLICES, type Reweighed, reweigh } from './evaluate/reweigh.ts';
export { flagdBucket, trimAsFlagd } from './evaluate/schemes/flagd.ts';
export { makeFlagdMatches } from './evaluate/schemes/flagd-compare.ts';
export { initialSlices, type Weights, weightsOf } from './evaluate/slices.ts';
export type { Step } from './evaluate/trail.ts';
export { contextHash, hexOf } from './model/context-hash.ts';
export * from './model/evaluation.ts';
export type * from './model/flag-types.ts';
export * from './model/position.ts';
export * from './model/ruleset.ts';
export { tellEvaluation } from './model/tell-evaluation.ts';
export { type Arm, armOf } from './report/arm.ts';
export { type EventFold, type EventReport, isEventName, MOST_EVENTS, MOST_VALUE } from './report/event-fold.ts';
export {
  type FlagReport,
  REPORT_LIMITS,
  type ReportBatch,
  ReportFold,
  type ReportLimits,
  totalOf,
} from './report/fold.ts';
export { type Report, ReportQueue } from './report/report-queue.ts';
export { ReportSender } from './report/report-sender.ts';
export { UnitFold } from './report/unit-fold.ts';
export { isSampled, UnitHash } from './report/unit-hash.ts';
export { AFTER_ARM, AFTER_TO, BEFORE, LONGEST_AGO_MS, type RunReport, UNIT_BYTES } from './report/unit-records.ts';
export { byteColumn, momentColumn, UnitColumn, UnitTable } from './report/unit-table.ts';
export { applyPatch } from './sync/apply-patch.ts';
export { diffRulesets } from './sync/diff.ts';
export { layOverlay, overlayHash } from './sync/overlay.ts';
export type * from './sync/ports.ts';
export { isSnapshot } from './sync/read-event.ts';
export { RulesetSession } from './sync/ruleset-session.ts';
export { isSameAnswer, type Values } from './sync/same-answer.ts';
export type * from './sync/session.ts';
export { type Frame, FrameReader, writeFrame } from './sync/sse.ts';
export type * from './sync/values-parts.ts';
export { ValuesSession } from './sync/values-session.ts';
export type * from './sync/values-wire.ts';
export * from './sync/wire.ts';
export { writeBootstrap } from './sync/write-bootstrap.ts';
