import { css } from 'lit';

/** The table of the fleet; at a phone's width each app is a card. */
export const fleetSheet = css`
  .scroll {
    overflow-x: auto;
  }
  td {
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  th,
  td {
    padding: 0.4rem 0.65rem;
  }
  td.host {
    min-width: 9rem;
  }
  td code {
    font-size: var(--tiny);
    color: var(--quiet);
  }
  td .under {
    display: block;
    font-size: var(--tiny);
    color: var(--quiet);
  }
  .num {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .warn {
    color: var(--warn);
  }
  tr:last-child td {
    border-bottom: 0;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    white-space: nowrap;
  }
  .state::before {
    content: '';
    width: 0.55rem;
    height: 0.55rem;
    border-radius: 50%;
    background: var(--on);
  }
  .state.laggard::before {
    background: var(--warn);
    border-radius: 2px;
  }
  .state.lost::before {
    background: transparent;
    border: 2px solid var(--off);
  }
  @media (max-width: 720px) {
    td {
      display: grid;
      grid-template-columns: 6.5rem minmax(0, 1fr);
      padding: 0.1rem 0;
      border: 0;
    }
    td[data-none] {
      display: none;
    }
    td::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: var(--small);
    }
  }
`;
