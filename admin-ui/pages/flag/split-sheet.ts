import { css } from 'lit';

/** One line a variant: its colour and name, a slider, a number, and whether it takes what is left over. */
export const splitSheet = css`
  .split {
    display: grid;
    gap: 0.5rem;
  }
  .rows {
    display: grid;
    gap: 0.15rem;
  }
  .share {
    display: grid;
    grid-template-columns: minmax(5rem, 9rem) minmax(4rem, 1fr) auto 1.75rem;
    gap: 0.6rem;
    align-items: center;
  }
  .head,
  .nobody {
    display: flex;
    justify-content: flex-end;
    align-items: center;
    gap: 0.6rem;
  }
  .nobody .acts {
    margin: 0 auto 0 -0.75rem;
  }
  .name {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    min-width: 0;
  }
  .name i {
    flex: none;
    width: 0.7rem;
    height: 0.7rem;
    border-radius: 3px;
  }
  input[type='range'] {
    width: 100%;
    min-height: 1.5rem;
    padding: 0;
    accent-color: var(--primary);
  }
  .percent {
    white-space: nowrap;
  }
  .percent input {
    width: 5.2rem;
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  input[type='radio'] {
    justify-self: end;
  }
  .by {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
  }
  .by label {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
  }
  .by input:not([type='checkbox']) {
    width: 12rem;
  }
  .anew {
    font-weight: 400;
    color: var(--quiet);
  }
  .moves {
    padding: 0.35rem 0.6rem;
    border-radius: var(--round);
    background: var(--sunken);
  }
  .moves.many {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .fault:empty {
    display: none;
  }
  @media (max-width: 720px) {
    .share {
      grid-template-columns: minmax(0, 1fr) auto 1.75rem;
    }
    .share input[type='range'] {
      grid-column: 1 / -1;
      grid-row: 2;
    }
    .by label {
      width: 100%;
    }
    .by input:not([type='checkbox']) {
      flex: 1;
      min-width: 0;
    }
  }
`;
