import { css } from 'lit';

/** Where a table is wider than the window each row becomes a card; how its cells are named each table says itself. */
export const rowsAsCards = css`
  @media (max-width: 720px) {
    table,
    tbody,
    tr,
    td {
      display: block;
      width: 100%;
    }
    thead {
      display: none;
    }
    tr {
      padding: 0.6rem 0.8rem;
      border-bottom: 1px solid var(--line);
    }
    tr:last-child {
      border-bottom: 0;
    }
  }
`;
