import { css } from 'lit';

/** On a phone each flag is a card with what it is where one looks; the page itself scrolls. */
export const cards = css`
  @media (max-width: 720px) {
    .grid {
      overflow: visible;
      max-height: none;
      border: 0;
      background: none;
    }
    .head {
      position: static;
      background: none;
    }
    .head .row {
      display: block;
      height: auto;
      border: 0;
      background: none;
    }
    .head .row > :not(.pick),
    .row > .tags,
    .row > .kind,
    .row > .served:not(.chosen) {
      display: none;
    }
    .head .row > .pick {
      display: block;
      position: static;
      padding: 0;
      background: none;
    }
    .head label {
      display: inline-flex;
      align-items: center;
      gap: 0.75rem;
      min-height: 2.75rem;
      padding: 0 0.75rem;
    }
    .head .all {
      display: inline;
      color: var(--quiet);
      font-size: var(--small);
    }
    .body {
      width: auto;
      min-width: 0;
    }
    .flag-row {
      grid-template: 2.75rem 3rem 2rem / 2.75rem minmax(0, 1fr) auto;
      height: 9rem;
      padding: 0.3rem 0.25rem;
      border: solid var(--ground);
      border-width: 0 0 0.5rem;
      border-radius: 12px;
      background-clip: padding-box;
    }
    .row > .pick {
      grid-area: 1 / 1;
      position: static;
      justify-items: center;
      padding: 0;
    }
    .pick input {
      width: 1.25rem;
      height: 1.25rem;
    }
    .row > .flag {
      grid-area: 1 / 2;
      position: static;
      padding-left: 0;
    }
    .row > .life {
      grid-area: 1 / 3;
    }
    .row > .served.chosen {
      grid-area: 2 / 1 / auto / -1;
      gap: 0.6rem;
      padding: 0 0.75rem;
    }
    .row > .owner {
      grid-area: 3 / 1 / auto / -1;
      display: flex;
      gap: 0.5rem;
      padding-left: 0.75rem;
      font-size: var(--tiny);
    }
    .row > .asked {
      grid-area: 3 / 2 / auto / -1;
      justify-self: end;
      display: flex;
      align-items: center;
      gap: 0.4rem;
    }
  }
`;
