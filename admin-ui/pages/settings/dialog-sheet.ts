import { css } from 'lit';

/** What the dialogues of the settings look like, after the base sheet. */
export const dialogSheet = css`
  dialog {
    width: min(34rem, calc(100vw - 2rem));
  }
  form,
  .parts {
    display: grid;
    gap: 1rem;
    min-width: 0;
  }
  form > *,
  .parts > * {
    min-width: 0;
  }
  .field > input,
  .field > select {
    width: 100%;
  }
  h2 {
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  fieldset {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  legend {
    padding: 0 0 0.35rem;
    font-weight: 550;
  }
  .choice {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 0.6rem;
    align-items: baseline;
    padding: 0.45rem 0.6rem;
    border: 1px solid var(--line);
    border-radius: var(--round);
    font-weight: 400;
    cursor: pointer;
  }
  .choice:has(:checked) {
    border-color: var(--primary);
    background: var(--chosen);
  }
  .choice:has(:disabled) {
    cursor: not-allowed;
    color: var(--quiet);
  }
  .choice input {
    translate: 0 0.1rem;
  }
  .choice .about {
    grid-column: 2;
    color: var(--quiet);
    font-size: var(--small);
  }
  .choice:has(:checked) .about {
    color: var(--ink);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.5rem;
  }
`;
