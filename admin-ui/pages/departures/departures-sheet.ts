import { css } from 'lit';

/** What the board has beside what every page of a list has. */
export const departuresSheet = css`
  .page {
    max-width: 80rem;
  }
  h2 {
    margin-bottom: 0.4rem;
  }
  .banner {
    padding: 0.65rem 1rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
    overflow-wrap: anywhere;
  }
  .banner h2 {
    margin: 0;
    font-size: var(--text);
  }
  .banner ul {
    margin: 0.15rem 0 0;
    padding-left: 1.1rem;
  }
  q {
    unicode-bidi: isolate;
  }
  .ahead {
    list-style: none;
    margin: 0;
    padding: 0.35rem 0;
  }
  .ahead li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.1rem 0.9rem;
    padding: 0.2rem 1rem;
  }
  .ahead .clock {
    min-width: 10rem;
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
  }
  .ahead .tag {
    white-space: normal;
  }
  .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .skipped .clock,
  .skipped .name {
    color: var(--quiet);
    font-weight: 400;
    text-decoration: line-through;
  }
  .cards {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
  }
  .empty ol {
    margin: 0;
    padding-left: 1.3rem;
  }
`;
