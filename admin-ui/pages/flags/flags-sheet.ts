import { css } from 'lit';

/** On a wide screen the table takes what is left of the window and scrolls by itself; on a phone the page does. */
export const flagsSheet = css`
  .page {
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    height: calc(100dvh - 3.25rem - 2.25rem);
    min-height: 24rem;
    margin-bottom: -3rem;
  }
  .page.empty {
    height: auto;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 0.6rem;
  }
  t-flag-table {
    flex: 0 1 auto;
  }
  .none {
    display: grid;
    gap: 0.6rem;
    padding: 1.5rem;
  }
  .none > * {
    max-width: 46rem;
  }
  .none pre {
    margin: 0;
    padding: 0.7rem 0.9rem;
    overflow-x: auto;
    background: var(--sunken);
    border-radius: var(--round);
  }
  @media (max-width: 720px) {
    .page {
      display: grid;
      height: auto;
      min-height: 0;
      margin: 0;
      grid-template-columns: minmax(0, 1fr);
    }
    t-bulk-bar {
      position: sticky;
      bottom: 4rem;
      z-index: 6;
    }
  }
`;
