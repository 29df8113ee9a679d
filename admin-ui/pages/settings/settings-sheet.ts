import { css } from 'lit';

/** What lists of the settings look like: rows that become blocks where the screen is narrow. */
export const settingsSheet = css`
  .section,
  .group {
    display: grid;
    gap: 0.75rem;
    min-width: 0;
  }
  .section > *,
  .group > * {
    min-width: 0;
  }
  .section {
    gap: 1.5rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 0.5rem 1rem;
  }
  .head > div {
    flex: 1 1 18rem;
    min-width: 0;
  }
  .about {
    color: var(--quiet);
    max-width: 68ch;
  }
  ul.items {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  ul.items > li + li {
    border-top: 1px solid var(--line);
  }
  .empty {
    padding: 0.9rem 1rem;
    color: var(--quiet);
  }
  .item {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.25rem 1rem;
    padding: 0.7rem 0.5rem 0.7rem 1rem;
  }
  .title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.5rem;
    min-width: 0;
  }
  .name {
    font-weight: 600;
    overflow-wrap: anywhere;
    min-width: 0;
    unicode-bidi: isolate;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 0.9rem;
    color: var(--quiet);
    font-size: var(--small);
    min-width: 0;
  }
  .facts > * {
    overflow-wrap: anywhere;
    min-width: 0;
    unicode-bidi: isolate;
  }
  .facts strong {
    color: var(--ink);
    font-weight: 550;
  }
  .item > .title,
  .item > .facts {
    grid-column: 1;
  }
  .actions {
    grid-area: 1 / 2 / span 2;
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    gap: 0.1rem;
  }
  .actions button {
    padding: 0.2rem 0.6rem;
    font-size: var(--small);
  }
  .over .name {
    color: var(--quiet);
    text-decoration: line-through;
  }
  .warning {
    display: flex;
    gap: 0.5rem;
    align-items: baseline;
    color: var(--warn);
    overflow-wrap: anywhere;
  }
  .more {
    grid-column: 1 / -1;
    min-width: 0;
  }
  details > summary {
    cursor: pointer;
    color: var(--link);
    font-size: var(--small);
    width: fit-content;
    min-height: 1.5rem;
  }
  details > .parts {
    display: grid;
    gap: 0.75rem;
    padding: 0.5rem 0.5rem 0.25rem 0;
    min-width: 0;
  }
  details > .parts > * {
    min-width: 0;
  }
  .stop {
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
    padding: 0.9rem 1rem;
  }
  @media (max-width: 720px) {
    .item {
      grid-template-columns: minmax(0, 1fr);
      padding: 0.7rem 0.75rem;
    }
    .actions {
      grid-area: auto;
      margin-left: -0.6rem;
    }
  }
`;
