import type { TriedQuery } from '@turnout/server/contracts';

type Answer = TriedQuery['answer'];

/** What a source answered, in words: one number, or why it is none. */
export function tellAnswer(answer: Answer): { tone: 'good' | 'quiet' | 'bad'; says: string; means: string } {
  switch (answer.kind) {
    case 'value':
      return { tone: 'good', says: String(answer.value), means: 'One number: a guard can hold it against a bound.' };
    case 'no-data':
      return {
        tone: 'quiet',
        says: 'No data',
        means: 'The query is understood and finds nothing now. A guard then holds, or pauses, as its policy says.',
      };
    case 'not-a-number':
      return {
        tone: 'bad',
        says: 'Not a number',
        means: 'NaN or infinite, as a rate over nothing is. A guard takes it for no data.',
      };
    case 'several-series':
      return {
        tone: 'bad',
        says: `${answer.count} series`,
        means: 'A guard needs one number: sum or aggregate them in the query.',
      };
    case 'error':
      return { tone: 'bad', says: 'Error', means: answer.message };
  }
}
