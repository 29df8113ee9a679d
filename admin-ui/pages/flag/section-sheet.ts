import { css } from 'lit';

/** What it is about on the left, and what is edited beside it. */
export const sectionSheet = css`
  .section {
    display: grid;
    grid-template-columns: 11rem minmax(0, 1fr);
    gap: 0.5rem 1.5rem;
    padding: 1rem 0;
    border-top: 1px solid var(--line);
  }
  .section:first-of-type {
    border-top: 0;
  }
  .section.disputed {
    box-shadow: -3px 0 0 var(--warn);
  }
  .about {
    display: grid;
    gap: 0.2rem;
    align-content: start;
  }
  .body {
    min-width: 0;
    max-width: 56rem;
  }
  .section > t-more {
    grid-column: 1 / -1;
  }
  @media (max-width: 900px) {
    .section {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
