import { css } from 'lit';

export const memberSheet = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
  }
  .add {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.3rem 0.5rem;
    align-items: start;
  }
  .add p {
    grid-column: 1 / -1;
  }
  textarea {
    width: 100%;
    resize: vertical;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.6rem;
  }
  .count {
    font-variant-numeric: tabular-nums;
  }
  input[type='search'] {
    flex: 0 1 12rem;
    min-width: 6rem;
  }
  .tools t-copy {
    margin-left: auto;
  }
  .members {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr));
    gap: 0.15rem 0.4rem;
    max-height: 19rem;
    margin: 0;
    padding: 0.3rem;
    overflow-y: auto;
    list-style: none;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
  }
  li {
    display: flex;
    align-items: center;
    gap: 0.3rem;
    min-width: 0;
    padding-left: 0.5rem;
    border-radius: 4px;
    font-family: var(--mono);
    font-size: var(--small);
  }
  li:hover,
  li:focus-within {
    background: var(--sunken);
  }
  .new {
    background: var(--added);
  }
  .out {
    background: var(--removed);
  }
  .member {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .out .member {
    text-decoration: line-through;
  }
  li button {
    min-height: 1.75rem;
    padding: 0 0.45rem;
    color: var(--quiet);
  }
  li button:hover {
    color: var(--ink);
  }
  @media (pointer: coarse) {
    li button {
      min-height: 2.5rem;
      min-width: 2.5rem;
    }
  }
`;
