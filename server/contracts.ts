/** What the API answers, as types: the admin UI's client is typed by the very contracts that guard the routes. */
export type { KeyAnswer, TokenAnswer } from './access/contract.ts';
export type { MemberAnswer, PersonAnswer } from './access/member-contract.ts';
export type { May, Me, MyEnvironment, MyProject, MySession, SetupState } from './access/person-contract.ts';
export type * from './changes/contract.ts';
export type { EnvironmentAnswer, ProjectAnswer } from './environments/contract.ts';
export type { FreezeAnswer, FreezePatch, NewFreeze } from './environments/freeze-contract.ts';
export type {
  ConfigurationAnswer,
  ConfigurationIn,
  ConfigurationPatch,
  FlagAnswer,
  ServeAnswer,
  ServeIn,
} from './flags/contract.ts';
export type { InstanceShown } from './fleet/contract.ts';
export type { CheckAnswer } from './gates/check-contract.ts';
export type { IncidentAnswer, TimelineItem, WholeIncidentAnswer } from './incidents/contract.ts';
export type { ChangeEvaluationsAnswer, EvaluationSummaryAnswer, FlagEvaluationsAnswer } from './metrics/contract.ts';
export type { MetricAnswer, MetricRate } from './metrics/metric-contract.ts';
export type { SourceAnswer, TriedQuery } from './metrics/source-contract.ts';
export type { FlipReceiptsShown } from './platform/receipts-contract.ts';
export type {
  ListedPolicy,
  PolicyAnswer,
  PolicyCheckAnswer,
  PolicyFloorAnswer,
  PolicyWithVersions,
} from './policies/contract.ts';
export type {
  FloorDocument,
  GateDocument,
  GuardDocument,
  PolicyDocument,
  StageDocument,
} from './policies/document-contract.ts';
export type {
  EnvironmentRollback,
  FlagRevisionsAnswer,
  FlagRollback,
  NewRelease,
  ReleaseAnswer,
  ReleaseDiffAnswer,
  ReleaseItemAnswer,
  RollbackAnswer,
} from './releases/contract.ts';
export type { EditedItems, NewRequestIn, RequestSummary, WholeRequest } from './requests/contract.ts';
export type {
  DecisionAnswer,
  RolloutAnswer,
  RolloutItem,
  RolloutStart,
  RunAnswer,
  StageAnswer,
} from './rollouts/contract.ts';
export type { ListedSegment, SegmentAnswer, SegmentWithUsers } from './segments/contract.ts';
export type { Dependent } from './segments/dependents.ts';
export type { HookAnswer, HookPatch, NewHook, SignalAnswer } from './signals/contract.ts';
export type {
  BoardAnswer,
  Boarding,
  CarAnswer,
  ChangedDeparture,
  ChemspillIn,
  DepartureAnswer,
  DepartureItem,
  NewTrain,
  TrainAnswer,
  TrainPatch,
  VelocityIn,
} from './trains/contract.ts';
export type { ExportAnswer, ImportAnswer } from './transfer/contract.ts';
