import { css } from 'lit';

/** What the pages of releases have beside what every list has. */
export const releasesSheet = css`
  .page {
    max-width: 76rem;
  }
  h2 {
    margin-bottom: 0.4rem;
  }
  .card.list {
    overflow: hidden;
  }
  td {
    vertical-align: top;
    padding: 0.55rem 0.75rem;
  }
  tr:last-child td {
    border-bottom: 0;
  }
  .name {
    min-width: 9rem;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .name a {
    font-weight: 600;
    text-decoration: none;
  }
  .name a:hover,
  .name a:focus-visible {
    text-decoration: underline;
  }
  .note,
  .under {
    display: block;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .at {
    white-space: nowrap;
  }
  .acts {
    text-align: right;
    white-space: nowrap;
  }
  .tag {
    white-space: normal;
  }
  @media (max-width: 720px) {
    td {
      display: grid;
      grid-template-columns: 6rem minmax(0, 1fr);
      padding: 0.15rem 0;
      border: 0;
    }
    td.name {
      display: block;
    }
    td.acts {
      display: block;
      text-align: left;
    }
    td.acts button {
      margin-left: -0.75rem;
    }
    td:not(.name, .acts)::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: var(--small);
    }
  }
`;
