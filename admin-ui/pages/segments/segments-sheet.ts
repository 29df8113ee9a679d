import { css } from 'lit';

/** The table of segments; at a phone's width each is a card. */
export const segmentsSheet = css`
  .scroll {
    overflow-x: auto;
  }
  th,
  td {
    padding: 0.5rem 0.75rem;
  }
  td {
    vertical-align: top;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  .who {
    min-width: 11rem;
    max-width: 20rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .who a {
    font-weight: 600;
    text-decoration: none;
  }
  .who a:hover,
  .who a:focus-visible {
    text-decoration: underline;
  }
  .under {
    display: block;
    color: var(--quiet);
    font-size: var(--small);
    overflow-wrap: anywhere;
  }
  .num {
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .rule {
    min-width: 14rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .used {
    overflow-wrap: anywhere;
    min-width: 9rem;
  }
  @media (max-width: 720px) {
    td {
      display: grid;
      grid-template-columns: 5.5rem minmax(0, 1fr);
      padding: 0.15rem 0;
      border: 0;
    }
    td.who {
      display: block;
      max-width: none;
    }
    td:not(.who)::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: var(--small);
    }
  }
`;
