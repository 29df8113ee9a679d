import { css } from 'lit';

/** What the board looks like. */
export const boardSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 80rem;
  }
  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
  }
  .states button[aria-pressed='true'] {
    background: var(--chosen);
    border-color: var(--link);
  }
  input[type='search'] {
    flex: 1 1 10rem;
    max-width: 18rem;
  }
  h2 {
    margin-bottom: 0.4rem;
  }
  h2.warn {
    color: var(--warn);
  }
  .cards {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }
  .empty {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    padding: 1.25rem;
    max-width: 48rem;
  }
  .empty ol {
    margin: 0;
    padding-left: 1.3rem;
  }
`;
