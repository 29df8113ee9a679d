import { css } from 'lit';

/** What the board has beside what every page of a list has. */
export const boardSheet = css`
  .page {
    max-width: 80rem;
  }
  input[type='search'] {
    flex-basis: 10rem;
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
  .empty ol {
    margin: 0;
    padding-left: 1.3rem;
  }
`;
