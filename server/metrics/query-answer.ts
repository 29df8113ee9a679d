/**
 * What a source answered to a query at one moment. Only one finite number is a value. An error (nobody answered, or the
 * query is not understood), no data, what is no number (NaN, ±Inf), and several series are four different things, and
 * none of them says that anything is well or wrong with what is measured.
 */
export type QueryAnswer =
  | { kind: 'value'; value: number }
  | { kind: 'no-data' }
  | { kind: 'not-a-number' }
  | { kind: 'several-series'; count: number }
  | { kind: 'error'; message: string };
