import { css } from 'lit';

/** A board at a station: the clock in figures that stand below each other, production with its rail. */
export const departureTableSheet = css`
  .card {
    overflow-x: auto;
  }
  td {
    padding: 0.6rem 0.75rem;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  td:first-child {
    border-left: 3px solid transparent;
  }
  tr.production td:first-child {
    border-left-color: var(--production);
  }
  /* All tables of the board have their columns below each other. */
  table {
    table-layout: fixed;
    min-width: 56rem;
  }
  .when {
    width: 19%;
  }
  .what {
    width: 17%;
  }
  .to {
    width: 12%;
  }
  .until {
    width: 10%;
  }
  .cars {
    width: 16%;
  }
  .clock {
    display: block;
    font-family: var(--mono);
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .what a {
    font-weight: 600;
    text-decoration: none;
    unicode-bidi: isolate;
  }
  .what a:hover,
  .what a:focus-visible {
    text-decoration: underline;
  }
  .what .tag,
  .says .tag {
    white-space: normal;
  }
  @media (max-width: 720px) {
    table {
      min-width: 0;
    }
    td {
      width: auto;
    }
    tr {
      position: relative;
    }
    tr.production {
      border-left: 3px solid var(--production);
    }
    td,
    td:first-child {
      display: grid;
      grid-template-columns: 5rem minmax(0, 1fr);
      padding: 0.15rem 0;
      border: 0;
    }
    td.when,
    td.what,
    td.says {
      display: block;
      width: auto;
    }
    .clock {
      display: inline;
    }
    td[data-label]::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: var(--small);
    }
    td > .tag {
      justify-self: start;
    }
  }
`;
