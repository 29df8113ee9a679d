import { css } from 'lit';

/** Entries of a policy under each other, each in a frame, with what is done with it at its right. */
export const listSheet = css`
  .entries {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }
  .entry {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.35rem;
    padding: 0.4rem 0.6rem 0.5rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--round);
    background: var(--surface);
  }
  .entry.wrong {
    border-color: var(--warn);
  }
  .entry > header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.6rem;
    min-height: 1.9rem;
  }
  .entry > header h3,
  .entry > header h4 {
    margin: 0;
    font-size: var(--text);
    font-weight: 600;
    overflow-wrap: anywhere;
    min-width: 0;
    unicode-bidi: isolate;
  }
  .acts {
    display: flex;
    margin-left: auto;
  }
  .acts button {
    min-height: 1.8rem;
    padding: 0 0.4rem;
    color: var(--quiet);
  }
  .add {
    margin-top: 0.5rem;
  }
  .means {
    color: var(--quiet);
    font-size: var(--small);
  }
  summary {
    width: fit-content;
    min-height: 1.75rem;
    cursor: pointer;
    color: var(--link);
    font-size: var(--small);
  }
  .parts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
  }
  details > .parts {
    padding-top: 0.4rem;
  }
  fieldset {
    display: grid;
    gap: 0.4rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 0.2rem;
    font-size: var(--small);
    font-weight: 550;
  }
  .ticks {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
  }
  .ticks label {
    display: inline-flex;
    gap: 0.4rem;
    align-items: center;
    min-height: 1.75rem;
    font-family: var(--mono);
    font-size: var(--small);
    font-weight: 400;
    overflow-wrap: anywhere;
  }
`;

/** Guards and gates: each a line that opens. */
export const termsSheet = css`
  .entry {
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 0.25rem;
    padding: 0.15rem 0.25rem 0.15rem 0.6rem;
    align-items: start;
  }
  .entry summary {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    width: auto;
    gap: 0.1rem;
    padding: 0.35rem 0;
    color: var(--ink);
    list-style: none;
  }
  .entry summary::-webkit-details-marker {
    display: none;
  }
  .title {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 0.5rem;
    align-items: center;
  }
  .title::before {
    content: '›';
    width: 0.6rem;
    color: var(--quiet);
    font-weight: 700;
  }
  details[open] .title::before {
    rotate: 90deg;
  }
  .title h3 {
    overflow-wrap: anywhere;
    min-width: 0;
    unicode-bidi: isolate;
  }
  .says {
    padding-left: 1.1rem;
    color: var(--quiet);
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .entry .parts {
    padding: 0.15rem 0.5rem 0.6rem 1.1rem;
  }
  .entry .acts {
    padding-top: 0.15rem;
  }
`;
