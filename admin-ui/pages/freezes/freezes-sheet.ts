import { css } from 'lit';

/** The page of freezes; at a phone's width each row of its table is a card. */
export const freezesSheet = css`
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    max-width: 72rem;
  }
  section > h2 {
    margin-bottom: 0.2rem;
  }
  section > p {
    margin-bottom: 0.4rem;
  }
  .now {
    display: grid;
    gap: 0.4rem;
  }
  .holds {
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
    padding: 0.6rem 1rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
    overflow-wrap: anywhere;
  }
  .calendar {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 16rem;
    gap: 1rem;
    align-items: start;
  }
  .chosen {
    padding: 0.7rem 0.9rem;
  }
  .chosen h3 {
    font-size: var(--text);
    margin: 0 0 0.4rem;
  }
  .chosen ul {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    gap: 0.6rem;
  }
  .chosen li > * {
    display: block;
    overflow-wrap: anywhere;
  }
  @media (max-width: 960px) {
    .calendar {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  .empty {
    display: grid;
    gap: 0.6rem;
    padding: 1.1rem 1.25rem;
    max-width: 48rem;
  }
  td {
    overflow-wrap: anywhere;
    vertical-align: top;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  .name {
    font-weight: 600;
    unicode-bidi: isolate;
  }
  .acts {
    white-space: nowrap;
    text-align: right;
  }
  .acts button {
    min-height: 1.5rem;
  }
  @media (max-width: 720px) {
    thead {
      display: none;
    }
    tr,
    tbody,
    table {
      display: block;
    }
    tr {
      padding: 0.6rem 0.75rem;
    }
    tr + tr {
      border-top: 1px solid var(--line);
    }
    td {
      display: block;
      padding: 0.1rem 0;
      border: 0;
    }
    td[data-label] {
      display: grid;
      grid-template-columns: 4.5rem minmax(0, 1fr);
    }
    td > .tag {
      justify-self: start;
    }
    td[data-label]::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: var(--small);
    }
    .acts {
      text-align: left;
      margin-left: -0.7rem;
    }
  }
`;
