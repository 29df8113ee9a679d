import { expect, it } from 'vitest';
import { readPrometheus } from './read-prometheus.ts';

const success = (data: object) => JSON.stringify({ status: 'success', data });
const vector = (...values: string[]) =>
  success({ resultType: 'vector', result: values.map((value, i) => ({ metric: { i: `${i}` }, value: [1.5, value] })) });
const problem = (errorType: string) => JSON.stringify({ status: 'error', errorType, error: 'words of the inside' });

it.each([
  ['one series', 200, vector('0.42'), { kind: 'value', value: 0.42 }],
  ['a small number', 200, vector('1.2e-07'), { kind: 'value', value: 1.2e-7 }],
  ['a scalar', 200, success({ resultType: 'scalar', result: [1.5, '-3'] }), { kind: 'value', value: -3 }],
  ['no series', 200, vector(), { kind: 'no-data' }],
  ['NaN', 200, vector('NaN'), { kind: 'not-a-number' }],
  ['infinity', 200, vector('+Inf'), { kind: 'not-a-number' }],
  ['the other infinity', 200, success({ resultType: 'scalar', result: [1.5, '-Inf'] }), { kind: 'not-a-number' }],
  ['three series', 200, vector('1', '2', 'NaN'), { kind: 'several-series', count: 3 }],
])('%s is read as what it is', (_title, status, text, expected) => {
  expect(readPrometheus(status, text)).toEqual(expected);
});

it('warnings beside a result change nothing of it', () => {
  const warned = JSON.stringify({ ...JSON.parse(vector('1')), warnings: ['partial'], infos: ['x'] });
  expect(readPrometheus(200, warned)).toEqual({ kind: 'value', value: 1 });
});

it.each([
  ['a query that is not understood', 400, problem('bad_data'), /understand/],
  ['a query that is too heavy', 503, problem('timeout'), /too long/],
  ['one that cannot be computed', 422, problem('execution'), /compute/],
  ['an error of a kind that is not known', 418, problem('new_kind'), /418/],
  ['a wrong token', 401, 'Unauthorized', /token or password/],
  ['a redirect', 302, '', /redirect/],
  ['a page', 200, '<html>sign in</html>', /not Prometheus/],
  ['a proxy’s error', 502, 'Bad gateway', /502/],
  ['JSON of somebody else', 200, '{"status":"ok"}', /not Prometheus/],
  ['JSON that breaks off', 200, vector('1').slice(0, -5), /not Prometheus/],
  ['no JSON object', 200, '[1]', /not Prometheus/],
  ['values over time', 200, success({ resultType: 'matrix', result: [] }), /over time/],
  ['a text', 200, success({ resultType: 'string', result: [1.5, 'up'] }), /text/],
  ['a native histogram', 200, success({ resultType: 'vector', result: [{ histogram: [1.5, {}] }] }), /plain number/],
  ['an empty value', 200, vector(''), /plain number/],
  ['a result of another shape', 200, success({ resultType: 'vector', result: null }), /not known/],
])('%s is an error, told without a word of what was read', (_title, status, text, message) => {
  const answer = readPrometheus(status, text);
  expect(answer).toEqual({ kind: 'error', message: expect.stringMatching(message) });
  expect(JSON.stringify(answer)).not.toContain('inside');
});
