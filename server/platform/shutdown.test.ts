import { describe, expect, it } from 'vitest';
import { type EndingProcess, endOnSignals, runSteps } from './shutdown.ts';

const quiet = { warn: () => undefined };

describe('the steps of a shutdown', () => {
  it('run one after the other', async () => {
    const done: string[] = [];
    const step = (name: string) => ({
      name,
      mostMs: 1_000,
      run: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push(name);
      },
    });
    await runSteps([step('goodbye'), step('requests'), step('database')], quiet);
    expect(done).toEqual(['goodbye', 'requests', 'database']);
  });

  it('go on where one fails or hangs, and say which one it was', async () => {
    const warned: object[] = [];
    const done: string[] = [];
    await runSteps(
      [
        { name: 'fails', mostMs: 1_000, run: () => Promise.reject(new Error('no')) },
        { name: 'hangs', mostMs: 20, run: () => new Promise(() => undefined) },
        { name: 'last', mostMs: 1_000, run: () => done.push('last') },
      ],
      { warn: (fields) => warned.push(fields) },
    );
    expect(done).toEqual(['last']);
    expect(warned).toMatchObject([{ step: 'fails' }, { step: 'hangs' }]);
  });
});

/** A process that hears signals from the test and writes down how it was ended. */
class TestProcess implements EndingProcess {
  readonly codes: number[] = [];
  readonly #listeners = new Map<string, () => void>();
  on(signal: string, listener: () => void) {
    this.#listeners.set(signal, listener);
  }
  exit(code: number) {
    this.codes.push(code);
  }
  send(signal: string) {
    this.#listeners.get(signal)?.();
  }
}

describe('a signal', () => {
  it('ends in order, and with 0', async () => {
    const process = new TestProcess();
    const heard: string[] = [];
    endOnSignals(process, async (signal) => {
      heard.push(signal);
    });
    process.send('SIGTERM');
    expect(process.codes).toEqual([]);
    await expect.poll(() => process.codes).toEqual([0]);
    expect(heard).toEqual(['SIGTERM']);
  });

  it('that comes a second time ends at once', () => {
    const process = new TestProcess();
    endOnSignals(process, () => new Promise(() => undefined));
    process.send('SIGINT');
    process.send('SIGINT');
    expect(process.codes).toEqual([130]);
  });

  it('ends with 1 where the end itself failed', async () => {
    const process = new TestProcess();
    endOnSignals(process, () => Promise.reject(new Error('no')));
    process.send('SIGTERM');
    await expect.poll(() => process.codes).toEqual([1]);
  });
});
