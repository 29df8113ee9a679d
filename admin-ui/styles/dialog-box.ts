import { css } from 'lit';

/** The box of every dialogue, and what dims the page behind it. How wide it is each says for itself. */
export const dialogBox = css`
  dialog {
    max-height: calc(100dvh - 2rem);
    overflow: auto;
    padding: 1.25rem;
    color: var(--ink);
    background: var(--raised);
    border: 1px solid var(--line);
    border-radius: 10px;
    box-shadow: var(--shade);
  }
  dialog::backdrop {
    background: rgb(8 12 18 / 55%);
  }
`;
