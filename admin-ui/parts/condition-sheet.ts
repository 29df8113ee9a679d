import { css } from 'lit';

/** What a condition looks like: a line down the side of each group, dashed where one of its parts is enough. */
export const conditionSheet = css`
      .group {
        display: grid;
        gap: 0.4rem;
        padding: 0.45rem 0 0.45rem 0.75rem;
        border-left: 2px solid var(--line-strong);
      }
      .group.any {
        border-left-style: dashed;
      }
      .group.not {
        border-left-color: var(--warn);
      }
      .head,
      .add {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.4rem;
      }
      .head select {
        font-weight: 550;
        min-height: 1.75rem;
        padding-block: 0;
      }
      .part {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.35rem;
        align-items: start;
      }
      .part .segment {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem;
      }
      .acts {
        display: flex;
      }
      .acts button,
      .add button,
      .head button {
        min-height: 1.75rem;
        padding: 0 0.4rem;
        font-size: var(--small);
        font-weight: 450;
        color: var(--quiet);
      }
      .foreign {
        overflow-wrap: anywhere;
      }
      @media (max-width: 720px) {
        .group {
          padding-left: 0.45rem;
        }
        .part {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (pointer: coarse) {
        .acts button,
        .add button,
        .head button {
          min-height: 2.25rem;
          min-width: 2.25rem;
        }
      }
    `;
