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
      display: none;
    }
    .body {
      width: auto;
      min-width: 0;
    }
    .flag-row {
      grid-template: 2.6rem 3rem 1.6rem / 2.75rem minmax(0, 1fr) auto;
      grid-template-areas: 'pick flag life' 'served served served' 'owner owner asked';
      height: 8.25rem;
      padding: 0.3rem 0.25rem;
      border: solid var(--ground);
      border-width: 0 0 0.5rem;
      border-radius: 12px;
      background-clip: padding-box;
    }
    .row > .pick {
      grid-area: pick;
      position: static;
      justify-items: center;
      padding: 0;
    }
    .pick input {
      width: 1.25rem;
      height: 1.25rem;
    }
    .row > .flag {
      grid-area: flag;
      position: static;
      padding-left: 0;
    }
    .row > .life {
      grid-area: life;
    }
    .row > .served.chosen {
      grid-area: served;
      gap: 0.6rem;
      padding: 0 0.75rem;
    }
    .row > .owner {
      grid-area: owner;
      display: flex;
      gap: 0.5rem;
      padding-left: 0.75rem;
      font-size: var(--tiny);
    }
    .row > .asked {
      grid-area: asked;
      display: flex;
      align-items: center;
      gap: 0.4rem;
    }
  }
`;
