import { css } from 'lit';

/**
 * A table of rows of one height. Where there is less room, tags and kinds move below the name and the owner; where
 * there are many environments, the box scrolls sideways under the names.
 */
export const tableSheet = css`
  :host {
    min-height: 0;
    display: flex;
  }
  .grid {
    flex: 1;
    min-width: 0;
    overflow: auto;
    overflow-anchor: none;
    /* No more rows than are drawn, on the tallest of screens. */
    max-height: 160rem;
  }
  .grid.has-active:focus-visible {
    outline: none;
  }
  .head,
  .body {
    width: max-content;
    min-width: 100%;
  }
  .body {
    box-sizing: border-box;
    contain: layout style;
  }
  .head {
    position: sticky;
    top: 0;
    z-index: 3;
    background: var(--surface);
  }
  /* A row that comes into sight takes over another one's elements, and nothing of that one glides over. */
  .flag-row {
    --quick: 0s;
    contain: layout style;
  }
  .row {
    --kind: 5.75rem;
    --owner: 6.5rem;
    --tags: 9rem;
    display: grid;
    grid-template-columns:
      2.5rem minmax(14rem, 1fr) var(--kind) var(--owner) var(--tags) var(--environments)
      8rem 5.5rem;
    gap: 0;
    align-items: center;
    height: 3rem;
    border-bottom: 1px solid var(--line);
    background: var(--surface);
  }
  .head .row {
    height: 2.25rem;
  }
  .head .row > .served {
    padding-right: 0;
  }
  .row > * {
    min-width: 0;
    padding: 0 0.5rem;
  }
  .flag-row:hover {
    background: color-mix(in srgb, var(--sunken) 55%, var(--surface));
  }
  .flag-row[aria-selected='true'] {
    background: var(--chosen);
  }
  .flag-row {
    position: relative;
  }
  /* Over the cells that stick, which would hide a ring of the row's own. */
  .grid:focus-visible .flag-row.active::after {
    content: '';
    position: absolute;
    inset: 0;
    z-index: 2;
    padding: 0;
    border: 2px solid var(--focus);
    border-radius: inherit;
    pointer-events: none;
  }
  .archived .flag,
  .archived .kind,
  .archived .owner {
    opacity: 0.8;
  }
  .pick,
  .flag {
    position: sticky;
    background: inherit;
    z-index: 1;
    height: 100%;
    display: grid;
    align-content: center;
    justify-items: start;
  }
  .flag > * {
    max-width: 100%;
  }
  .pick {
    left: 0;
    padding: 0 0 0 0.85rem;
  }
  .flag {
    left: 2.5rem;
    contain: inline-size;
  }
  .head .pick,
  .head .flag {
    background: var(--surface);
  }
  .first,
  .second {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    min-width: 0;
    line-height: 1.35;
  }
  .key {
    font: 550 0.8125rem / 1.35 var(--mono);
    color: var(--ink);
    text-decoration: none;
  }
  .key:hover {
    color: var(--link);
    text-decoration: underline;
  }
  .second {
    font-size: var(--tiny);
    color: var(--quiet);
  }
  .kind,
  .owner {
    font-size: var(--small);
  }
  .owner {
    display: grid;
    line-height: 1.35;
  }
  .kind-under {
    display: none;
    font-size: var(--tiny);
    color: var(--quiet);
  }
  .tags,
  .tags-under {
    display: flex;
    gap: 0.25rem;
    overflow: hidden;
  }
  .tags-under {
    display: none;
    flex: none;
    max-width: 60%;
  }
  .tag.clip {
    display: block;
    max-width: 6rem;
  }
  .second .tag {
    line-height: 1.25;
  }
  .served t-switch {
    margin-left: -0.35rem;
  }
  .served .what {
    display: grid;
    gap: 0.2rem;
    min-width: 0;
  }
  .served:not(.chosen) .what {
    width: 4.5rem;
    margin-top: -0.15rem;
  }
  .served:not(.chosen) t-bar {
    scale: 1 0.5;
    transform-origin: top;
  }
  .served.chosen {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 0.35rem;
  }
  .head .served.chosen {
    display: block;
  }
  .serves {
    font-size: var(--tiny);
    line-height: 1.2;
    color: var(--quiet);
  }
  .asked {
    display: grid;
    justify-items: start;
    gap: 3px;
    font-size: var(--tiny);
    line-height: 1;
  }
  .total {
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
  }
  .asked t-spark {
    height: 22px;
  }
  .head :is(.asked, .owner) {
    display: block;
    font-size: inherit;
  }
  .all {
    display: none;
  }
  button.sort {
    max-width: 100%;
    min-height: 1.75rem;
    margin-left: -0.4rem;
    padding: 0 0 0 0.4rem;
    gap: 0.2rem;
    font-size: var(--small);
    color: var(--quiet);
  }
  [aria-sort='ascending'] button.sort,
  [aria-sort='descending'] button.sort {
    color: var(--ink);
  }
  .head .production button.sort {
    color: var(--production);
  }
  :is(.middle, .narrow) .row {
    --tags: ;
  }
  :is(.middle, .narrow) .row > .tags {
    display: none;
  }
  :is(.middle, .narrow) .tags-under {
    display: flex;
  }
  .narrow .row {
    --kind: ;
  }
  .narrow .row > .kind {
    display: none;
  }
  .narrow .kind-under {
    display: block;
  }
`;
