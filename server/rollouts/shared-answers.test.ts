import { expect, it } from 'vitest';
import { shareAnswers } from './shared-answers.ts';

it('puts the same question once, and each other one for itself', async () => {
  const asked: string[] = [];
  const ask = shareAnswers(async (projectId, source, query) => {
    asked.push(`${projectId} ${source} ${query}`);
    return { kind: 'value', value: asked.length };
  });
  const now = new Date();
  const answers = await Promise.all([ask(1, 's', 'q', now), ask(1, 's', 'q', now), ask(1, 's', 'other', now)]);
  expect(answers.map((answer) => answer.kind === 'value' && answer.value)).toEqual([1, 1, 2]);
  await Promise.all([ask(2, 's', 'q', now), ask(1, 't', 'q', now)]);
  expect(asked).toEqual(['1 s q', '1 s other', '2 s q', '1 t q']);
});
