import { css } from 'lit';

/** A page that lists things: one column, what narrows the list, and what is said where there is nothing yet. */
export const listPage = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
  }
  input[type='search'] {
    flex: 1 1 12rem;
    max-width: 24rem;
  }
  .page button[aria-pressed='true'] {
    background: var(--chosen);
    border-color: var(--link);
  }
  .empty {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    padding: 1.25rem;
    max-width: 48rem;
  }
`;
