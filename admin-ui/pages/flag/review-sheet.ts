import { css } from 'lit';

export const reviewSheet = css`
  .asks {
    padding: 0.6rem 1rem;
    border: 1px solid var(--warn);
    border-radius: var(--round);
    background: var(--warn-soft);
  }
  dialog {
    width: min(46rem, calc(100vw - 1.5rem));
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  h3 {
    color: var(--quiet);
    font-size: var(--small);
  }
  input {
    width: 100%;
  }
  .changes {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    gap: 0.6rem;
  }
  .changes li {
    display: grid;
    gap: 0.2rem;
    justify-items: start;
  }
  del,
  ins {
    max-width: 100%;
    padding: 0.1rem 0.4rem;
    border-radius: 4px;
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  del {
    background: var(--removed);
  }
  ins {
    background: var(--added);
  }
  del::before {
    content: '− ';
  }
  ins::before {
    content: '+ ';
  }
  .growing {
    color: var(--warn);
  }
  summary {
    min-height: 2rem;
    cursor: pointer;
    color: var(--quiet);
  }
  .buttons {
    position: sticky;
    bottom: -1.25rem;
    display: flex;
    justify-content: flex-end;
    gap: 0.5rem;
    padding: 0.75rem 0 0.25rem;
    background: var(--raised);
  }
`;
