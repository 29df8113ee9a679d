import { css } from 'lit';

/** A kill in force has a red edge; one that is lifted has none. */
export const killCardSheet = css`
  .card {
    display: grid;
    gap: 0.6rem;
    padding: 0.75rem 1rem 0.9rem;
    border-left: 3px solid var(--kill);
  }
  .card.refused {
    border-left-color: var(--warn);
  }
  .card.over {
    border-left-color: var(--line-strong);
  }
  .head {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    flex-wrap: wrap;
  }
  h3 {
    font-size: 1rem;
    overflow-wrap: anywhere;
    min-width: 0;
  }
  h4 {
    margin: 0;
    font-size: var(--small);
    font-weight: 600;
    color: var(--warn);
  }
  .meter {
    display: grid;
    grid-template-columns: auto minmax(4rem, 1fr);
    align-items: center;
    gap: 0.35rem 1rem;
  }
  .figure {
    font-size: 1.5rem;
    font-variant-numeric: tabular-nums;
    line-height: 1.2;
    white-space: nowrap;
  }
  .figure span {
    color: var(--quiet);
  }
  .bar {
    height: 0.6rem;
    border-radius: 99px;
    background: var(--sunken);
    border: 1px solid var(--line);
    overflow: hidden;
  }
  .bar div {
    height: 100%;
    background: var(--on);
    transition: width var(--quick);
  }
  .waiting .bar div,
  .unsure .bar div {
    background: var(--warn);
  }
  .words {
    grid-column: span 2;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.35rem 0.75rem;
  }
  .facts .tag {
    white-space: normal;
  }
  .facts code {
    overflow-wrap: anywhere;
    font-size: var(--tiny);
  }
  .laggards {
    display: grid;
    gap: 0.35rem;
  }
  .laggards ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .laggards li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.2rem 0.6rem;
    padding: 0.4rem 0;
    border-top: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  .laggards .tag {
    white-space: normal;
  }
  .means {
    width: 100%;
    font-size: var(--small);
  }
  @media (max-width: 720px) {
    .meter {
      grid-template-columns: minmax(0, 1fr);
    }
    .words {
      grid-column: auto;
    }
  }
`;
