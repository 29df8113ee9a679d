import { css } from 'lit';

/** What the page of one rollout looks like. */
export const rolloutSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 82rem;
  }
  section > h2 {
    margin-bottom: 0.4rem;
  }
  .verdict {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.85rem;
    padding: 1rem 1.15rem;
  }
  .banner {
    padding: 0.65rem 1rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
    overflow-wrap: anywhere;
  }
  .banner ul {
    margin: 0.25rem 0 0.5rem;
    padding-left: 1.1rem;
  }
  .sides {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr));
    gap: 0.75rem;
  }
  .side {
    padding: 0.8rem 1rem;
    min-width: 0;
  }
  /* Below each other in two columns: those that count have a chart, others are three lines. */
  .guards {
    columns: 24rem 2;
    column-gap: 0.6rem;
  }
  .guards t-guard-card {
    break-inside: avoid;
    padding-bottom: 0.6rem;
  }
`;
