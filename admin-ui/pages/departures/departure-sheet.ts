import { css } from 'lit';

/** What the page of one departure has beside what every page of an entry has. */
export const departureSheet = css`
  .page {
    max-width: 72rem;
  }
  .banner {
    padding: 0.65rem 1rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
    overflow-wrap: anywhere;
  }
  .reach {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.4rem;
    padding: 0.8rem 1rem;
  }
  .cars {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .cars li + li {
    border-top: 1px solid var(--line);
  }
  .none {
    padding: 1rem;
  }
  .gone {
    margin: 0.9rem 0 0.3rem;
  }
  section ul:not(.cars) {
    margin: 0;
    padding-left: 1.1rem;
    overflow-wrap: anywhere;
  }
`;
