import { css } from 'lit';

/** How the chart is set. */
export const chartSheet = css`
  :host {
    min-width: 0;
  }
  .plot {
    height: 220px;
    overflow: hidden;
  }
  .lane {
    position: relative;
    height: 1.6rem;
    border-bottom: 1px solid var(--line);
  }
  .marker {
    position: absolute;
    top: 0;
    width: 1.5rem;
    height: 1.5rem;
    margin-left: -0.75rem;
    display: grid;
    place-items: center;
  }
  .marker::before {
    content: '';
    width: 0.65rem;
    height: 0.65rem;
    background: var(--ink);
    border: 2px solid var(--surface);
    transform: rotate(45deg);
  }
  .marker:hover::before,
  .marker:focus-visible::before {
    background: var(--link);
  }
  .told {
    min-height: 1.5rem;
    padding: 0.15rem 0.25rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
`;

/** How the tab around it is set. */
export const evaluationsSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.1rem;
    max-width: 66rem;
  }
  .ranges {
    display: inline-flex;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--sunken);
    padding: 2px;
    gap: 2px;
  }
  .ranges button {
    min-height: 1.75rem;
    border-color: transparent;
    background: transparent;
  }
  .ranges button[aria-pressed='true'] {
    background: var(--raised);
    border-color: var(--line-strong);
  }
  .card {
    padding: 0.9rem 1rem;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  .scroll {
    overflow: auto;
    max-height: 24rem;
  }
  td.number,
  th.number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .dot {
    display: inline-block;
    width: 0.7rem;
    height: 0.7rem;
    border-radius: 3px;
    margin-right: 0.45rem;
    vertical-align: -0.05rem;
  }
  .name {
    overflow-wrap: anywhere;
  }
  .warn {
    color: var(--warn);
  }
  summary {
    cursor: pointer;
    padding: 0.25rem 0;
  }
  pre {
    margin: 0;
    padding: 0.75rem;
    overflow: auto;
    background: var(--sunken);
    border-radius: var(--round);
  }
  @media (max-width: 720px) {
    th,
    td {
      padding-left: 0.3rem;
      padding-right: 0.3rem;
    }
    .ranges button {
      padding: 0.2rem 0.6rem;
    }
  }
`;
