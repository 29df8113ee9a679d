import { css } from 'lit';

/** A table of things with a name, which stands first in its row; at a phone's width each is a card with named cells. */
export const namedRows = css`
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
  }
  @media (max-width: 720px) {
    td {
      display: grid;
      grid-template-columns: var(--names, 6rem) minmax(0, 1fr);
      padding: 0.15rem 0;
      border: 0;
    }
    td.who {
      display: block;
    }
    td:not(.who)::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: var(--small);
    }
  }
`;
