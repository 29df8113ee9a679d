import { describe, expect, it } from 'vitest';
import { HookAdmission } from './hook-admission.ts';

/** Some work that ends when it is told to. */
function held() {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { done, end };
}

describe('the admission of hooks', () => {
  it('works on so many at once, lets so many wait in the order in which they came, and refuses the next', async () => {
    const admission = new HookAdmission({ atOnce: 2, waiting: 2 });
    const begun: number[] = [];
    const works = [0, 1, 2, 3].map(() => held());
    const running = works.map((work, index) =>
      admission.run((takeTurn) =>
        takeTurn(async () => {
          begun.push(index);
          await work.done;
        }),
      ),
    );
    await expect(admission.run(async () => undefined)).rejects.toMatchObject({ code: 'busy', status: 503 });
    expect(begun).toEqual([0, 1]);
    works[1]?.end();
    await running[1];
    expect(begun).toEqual([0, 1, 2]);
    for (const work of works) work.end();
    await Promise.all(running);
    expect(begun).toEqual([0, 1, 2, 3]);
    await expect(admission.run(async () => 'in')).resolves.toBe('in');
  });

  it('bounds what a node takes where nobody says otherwise: 124, four of them at once', async () => {
    const admission = new HookAdmission();
    const work = held();
    let begun = 0;
    const inside = Array.from({ length: 124 }, () =>
      admission.run((takeTurn) =>
        takeTurn(async () => {
          begun += 1;
          await work.done;
        }),
      ),
    );
    await expect(admission.run(async () => undefined)).rejects.toMatchObject({ status: 503 });
    expect(begun).toBe(4);
    work.end();
    await Promise.all(inside);
  });

  it('gives back the place of whatever fails, and a body that comes slowly keeps nobody from their turn', async () => {
    const admission = new HookAdmission({ atOnce: 1, waiting: 1 });
    const slow = held();
    const reading = admission.run(() => slow.done);
    const failing = admission.run((takeTurn) => takeTurn(() => Promise.reject(new Error('no'))));
    await expect(failing).rejects.toThrow('no');
    await expect(admission.run((takeTurn) => takeTurn(async () => 'done'))).resolves.toBe('done');
    slow.end();
    await reading;
  });
});
