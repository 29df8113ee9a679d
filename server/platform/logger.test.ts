import { describe, expect, it } from 'vitest';
import { createLogger, describeError } from './logger.ts';

/** Everything that was written, as it would stand in a file or on a screen. */
function target(isTTY = false) {
  let text = '';
  return {
    isTTY,
    write: (piece: string) => {
      text += piece;
    },
    read: () => text,
  };
}

const SECRET = `turnout_server_${'a'.repeat(12)}_${'B'.repeat(43)}_${'c'.repeat(6)}`;

describe('the log', () => {
  it('is one JSON object a line where nobody looks on', () => {
    const out = target();
    createLogger('info', out).info({ route: 'GET /projects/:project', status: 200 }, 'answered');
    expect(out.read().endsWith('\n')).toBe(true);
    expect(JSON.parse(out.read())).toMatchObject({ level: 'info', msg: 'answered', route: 'GET /projects/:project' });
  });

  it('is words for a person on a terminal', () => {
    const out = target(true);
    createLogger('info', out).warn({ part: 'disk', left: 3 }, 'nearly full');
    expect(out.read()).toMatch(/^\d\d:\d\d:\d\d WARN nearly full {2}part=disk {2}left=3\n$/);
  });

  it('leaves out what is below its level', () => {
    const out = target();
    createLogger('warn', out).info({}, 'nobody wants to know');
    expect(out.read()).toBe('');
  });

  it('keeps no value of a failed query, wherever the driver puts it', () => {
    const cause = Object.assign(new Error('duplicate key value violates unique constraint: Key (name)=(my-secret)'), {
      severity: 'ERROR',
      code: '23505',
      detail: 'Key (name)=(my-secret) already exists.',
    });
    const failed = Object.assign(
      new Error('Failed query: insert into keys values ($1)\nparams: my-secret', { cause }),
      {
        query: 'insert into keys values ($1)',
        params: ['my-secret'],
      },
    );
    for (const isTTY of [false, true]) {
      const out = target(isTTY);
      createLogger('info', out).error({ error: failed }, 'a request broke');
      expect(out.read()).not.toContain('my-secret');
      expect(out.read()).toContain('23505');
      expect(out.read()).toContain('logger.test.ts');
    }
  });

  it('keeps no key that stands in a message', () => {
    const out = target();
    createLogger('info', out).error({ error: new Error(`no such key: ${SECRET}`) }, 'refused');
    expect(out.read()).not.toContain('B'.repeat(43));
  });

  it('does not follow causes without end', () => {
    const error = new Error('in a circle');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });
});
