import { css } from 'lit';

/** Rules under each other, with their places at the side; where one would be dropped, a line shows it. */
export const ruleSheet = css`
  ol {
    list-style: none;
    margin: 0 0 0.6rem;
    padding: 0;
    display: grid;
    gap: 0.4rem;
  }
  li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: start;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
  }
  li.dragged {
    opacity: 0.5;
  }
  li.above {
    box-shadow: 0 -3px 0 var(--focus);
  }
  li.below {
    box-shadow: 0 3px 0 var(--focus);
  }
  li.disputed {
    border-color: var(--warn);
  }
  .place {
    display: inline-flex;
    align-items: center;
    gap: 0.15rem;
    min-height: 2.4rem;
    padding: 0 0.25rem 0 0.35rem;
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
  }
  .place[draggable='true'] {
    cursor: grab;
  }
  .acts {
    display: flex;
    padding: 0.2rem;
  }
  .acts button {
    padding: 0 0.4rem;
    color: var(--quiet);
  }
  .none {
    margin-bottom: 0.6rem;
  }
  @media (max-width: 720px) {
    li {
      grid-template-columns: auto minmax(0, 1fr);
    }
    .acts {
      grid-column: 1 / -1;
      justify-content: flex-end;
      border-top: 1px solid var(--line);
    }
  }
`;
