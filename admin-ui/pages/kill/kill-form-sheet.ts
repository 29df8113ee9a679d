import { css } from 'lit';

/** The one thing on this page that is big. */
export const killFormSheet = css`
  form {
    display: grid;
    gap: 0.5rem;
  }
  .line {
    display: flex;
    gap: 0.6rem;
  }
  input {
    flex: 1;
    min-width: 0;
    min-height: 3.25rem;
    padding: 0 0.9rem;
    font-size: 1.25rem;
    border-width: 2px;
  }
  input:focus-visible {
    outline-color: var(--kill);
  }
  button.kill {
    min-height: 3.25rem;
    max-width: 18rem;
    padding: 0 1.1rem;
    font-size: 1rem;
  }
  button.kill[aria-disabled='true'] {
    background: var(--sunken);
    border-color: var(--line);
    color: var(--quiet);
  }
  ul {
    list-style: none;
    margin: 0.5rem 0 0;
    padding: 0.25rem;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: calc(var(--round) + 2px);
  }
  li {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 0.15rem 0.75rem;
    min-height: 2.5rem;
    padding: 0.3rem 0.75rem;
    border-radius: var(--round);
    border-left: 3px solid transparent;
    cursor: pointer;
  }
  li:hover {
    background: var(--sunken);
  }
  li[aria-selected='true'] {
    background: var(--kill-soft);
    border-left-color: var(--kill);
  }
  .key {
    font-weight: 600;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .name {
    color: var(--quiet);
    min-width: 0;
    max-width: 24rem;
    unicode-bidi: isolate;
  }
  .now {
    margin-left: auto;
    font-size: var(--small);
    overflow-wrap: anywhere;
  }
  li[aria-selected='true'] .name {
    color: var(--ink);
  }
  .more {
    padding: 0.25rem 1rem 0;
  }
  kbd {
    font: 500 var(--tiny) / 1 var(--mono);
    padding: 0.2rem 0.35rem;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
  }
  @media (max-width: 720px) {
    .line {
      flex-direction: column;
    }
    button.kill {
      max-width: none;
    }
    .now {
      margin-left: 0;
      width: 100%;
    }
    li kbd {
      display: none;
    }
  }
`;
