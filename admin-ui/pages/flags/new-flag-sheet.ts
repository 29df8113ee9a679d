import { css } from 'lit';

export const newFlagSheet = css`
  dialog {
    width: min(34rem, calc(100vw - 1rem));
    max-height: calc(100dvh - 1.5rem);
    padding: 1.1rem 1.25rem 1.25rem;
  }
  form {
    display: grid;
    gap: 0.8rem;
  }
  .two {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0.8rem;
  }
  .field {
    align-content: start;
    min-width: 0;
  }
  .field :is(input, select, textarea) {
    width: 100%;
  }
  textarea {
    resize: vertical;
  }
  #key-says {
    min-height: 1.3em;
  }
  .free {
    color: var(--on);
    font-size: var(--small);
  }
  .check {
    display: flex;
    align-items: baseline;
    gap: 0.5rem;
  }
  .check input {
    translate: 0 0.15rem;
    flex: none;
  }
  @media (max-width: 480px) {
    .two {
      grid-template-columns: 1fr;
    }
  }
`;
