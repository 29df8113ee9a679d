import { css } from 'lit';

/** A row of what can be done, with the way back among it: amber, for red is the kill's alone. */
export const actsSheet = css`
  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .back {
    border-color: var(--warn);
    background: var(--warn-soft);
    color: var(--warn);
  }
  .back:hover:not([aria-disabled='true']) {
    border-color: var(--ink);
  }
  .back[aria-disabled='true'] {
    border-color: var(--line);
    background: var(--sunken);
    color: var(--quiet);
  }
  p {
    margin-top: 0.35rem;
  }
`;
