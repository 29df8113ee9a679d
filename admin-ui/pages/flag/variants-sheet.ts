import { css } from 'lit';

export const variantsSheet = css`
  .about {
    padding: 1rem 0 0.5rem;
  }
  ul {
    list-style: none;
    margin: 0 0 1rem;
    padding: 0;
    display: grid;
    gap: 0.5rem;
  }
  li {
    display: grid;
    grid-template-columns: 10rem minmax(0, 1fr) minmax(8rem, 15rem) 2.5rem;
    gap: 0.5rem 1rem;
    align-items: start;
    padding: 0.5rem 0.5rem 0.5rem 0.75rem;
  }
  .name {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 0.5rem;
    min-height: 2rem;
    overflow-wrap: anywhere;
  }
  .name i {
    width: 0.7rem;
    height: 0.7rem;
    border-radius: 3px;
  }
  .value {
    display: grid;
    gap: 0.25rem;
  }
  .value input,
  .value textarea {
    width: 100%;
  }
  .value select {
    justify-self: start;
  }
  .value textarea {
    resize: vertical;
  }
  .uses {
    display: grid;
    padding-top: 0.35rem;
  }
  .remove[aria-disabled='true'] {
    background: transparent;
    opacity: 0.6;
  }
  .add {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }
  @media (max-width: 720px) {
    li {
      grid-template-columns: minmax(0, 1fr) 2.5rem;
    }
    .value,
    .uses {
      grid-column: 1 / -1;
    }
    .remove {
      grid-row: 1;
      grid-column: 2;
    }
  }
`;
