import type { Evaluation } from '@turnout/core';

/** Counts an answer: next to nothing is spent on it where it is given. */
export interface AnswerCounter {
  count(answer: Evaluation): void;
}

/** Where evaluations of an environment are counted: those of one flag, and those of all together. */
export interface EvaluationCounts {
  of(place: { projectId: number; environmentId: number }): {
    readonly asked: AnswerCounter;
    readonly bulk: AnswerCounter;
  };
}
