import { css } from 'lit';

/** What every part of the room looks like. Each element's own sheet comes after it. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
    color: var(--ink);
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  h1 {
    font-size: var(--title);
    line-height: 1.3;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: 1rem;
    line-height: 1.4;
    font-weight: 620;
  }
  h3 {
    font-size: var(--text);
    font-weight: 600;
  }
  a {
    color: var(--link);
    text-underline-offset: 0.2em;
  }
  code,
  pre,
  .mono {
    font-family: var(--mono);
    font-size: 0.93em;
    font-variant-ligatures: none;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: var(--round);
  }
  button {
    font: inherit;
    font-weight: 550;
    color: inherit;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4rem;
    min-height: 2rem;
    padding: 0.2rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--raised);
    cursor: pointer;
    transition: background var(--quick), border-color var(--quick);
  }
  button:hover:not(:disabled) {
    border-color: var(--line-strong);
  }
  button:disabled,
  button[aria-disabled="true"] {
    color: var(--quiet);
    cursor: not-allowed;
    background: var(--sunken);
  }
  button.primary {
    background: var(--primary);
    border-color: var(--primary);
    color: var(--on-primary);
  }
  button.primary:disabled,
  button.primary[aria-disabled="true"] {
    background: var(--sunken);
    border-color: var(--line);
    color: var(--quiet);
  }
  button.kill {
    background: var(--kill);
    border-color: var(--kill);
    color: var(--on-kill);
  }
  button.plain {
    border-color: transparent;
    background: transparent;
  }
  button.plain:hover:not(:disabled) {
    background: var(--sunken);
    border-color: transparent;
  }
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    min-height: 2rem;
    padding: 0.25rem 0.6rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--round);
    background: var(--surface);
    max-width: 100%;
  }
  input[type="checkbox"],
  input[type="radio"] {
    min-height: 0;
    width: 1rem;
    height: 1rem;
    accent-color: var(--primary);
  }
  input[aria-invalid="true"],
  textarea[aria-invalid="true"],
  select[aria-invalid="true"] {
    border-color: var(--warn);
    box-shadow: 0 0 0 1px var(--warn);
  }
  textarea.mono {
    line-height: 1.5;
    tab-size: 2;
  }
  label {
    font-weight: 550;
  }
  label > span.hint,
  .hint {
    color: var(--quiet);
    font-weight: 400;
    font-size: var(--small);
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  th {
    text-align: left;
    font-weight: 550;
    font-size: var(--small);
    color: var(--quiet);
    white-space: nowrap;
  }
  th,
  td {
    padding: 0.4rem 0.75rem;
    border-bottom: 1px solid var(--line);
    vertical-align: middle;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: calc(var(--round) + 2px);
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: var(--small);
  }
  .row {
    display: flex;
    align-items: center;
    gap: var(--gap);
    flex-wrap: wrap;
  }
  .stack {
    display: grid;
    gap: var(--gap);
  }
  .spread {
    margin-left: auto;
  }
  .field {
    display: grid;
    gap: 0.25rem;
  }
  .fault {
    color: var(--warn);
    font-size: var(--small);
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 0.3rem;
    padding: 0.05rem 0.45rem;
    border-radius: 99px;
    background: var(--sunken);
    color: var(--quiet);
    font-size: var(--tiny);
    line-height: 1.5;
    white-space: nowrap;
  }
  .tag.production {
    background: var(--production-soft);
    color: var(--production);
  }
  .tag.on {
    background: var(--on-soft);
    color: var(--on);
  }
  .tag.warn {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .tag.killed {
    background: var(--kill-soft);
    color: var(--kill);
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .clip {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* What changed while somebody looked is seen once. */
  .flash {
    animation: flash 1.6s ease-out 1;
  }
  @keyframes flash {
    from {
      background: var(--flash);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .flash {
      animation: none;
      outline: 2px solid var(--flash);
    }
  }
  @media (pointer: coarse) {
    button,
    input:not([type="checkbox"]):not([type="radio"]),
    select {
      min-height: 2.5rem;
    }
  }
`;
