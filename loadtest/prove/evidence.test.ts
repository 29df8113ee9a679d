import { expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { drawTable, foldFigure, quantile } from './evidence.ts';

test('A figure is the median of its runs, and its goal is met by the median alone', () => {
  const figure = foldFigure('ratio', '', [0.9, 1.2, 1.0, 0.4, 1.1], { at: 'least', value: 1 });
  expect(figure).toMatchObject({ median: 1, lowest: 0.4, highest: 1.2, met: true });
  expect(foldFigure('delay', 'ms', [4, 6, 5], { at: 'most', value: 4.9 }).met).toBe(false);
});

test('A quantile is the nearest rank, and the middle of two for a median of an even number', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([quantile(values, 0.5), quantile(values, 0.95), quantile(values, 0.99)]).toEqual([50.5, 95, 99]);
  expect(quantile([], 0.5)).toBeNaN();
});

test('The table names every goal that was not met', () => {
  const table = drawTable([foldFigure('bulk', '', [0.7], { at: 'least', value: 1 })]);
  expect(table).toContain('NOT MET');
  expect(table).toContain('≥ 1');
});

test('An answer is counted when its last byte came, by length, by chunks and without a body', () => {
  const reader = new AnswerReader();
  const whole = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
  for (let cut = 1; cut < whole.length; cut++) {
    expect(reader.take(whole.subarray(0, cut))).toBeUndefined();
    expect(reader.take(whole.subarray(cut))).toBe(200);
  }
  expect(reader.take(Buffer.from('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'))).toBe(304);
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n';
  expect(reader.take(Buffer.from(chunked))).toBe(200);
});

test('More bytes than an answer has are an error, for then the load would measure something else', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab');
  expect(() => new AnswerReader().take(bytes)).toThrow('more bytes');
});
