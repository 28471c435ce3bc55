/** How the parts of a section look that come after the first paint. */
import { css } from 'lit';

export const sectionActStyles = css`
  .empty svg {
    inline-size: 72px;
    block-size: 48px;
  }
  /* Beside the heading the orders take what they need; on a line of their own all of it, with the bell at its end. */
  .top > h2 {
    flex-grow: 999;
  }
  .orders {
    display: flex;
    flex-grow: 1;
    align-items: start;
    justify-content: space-between;
    min-inline-size: auto;
    gap: calc(2 * var(--_space));
  }
  .bell {
    display: grid;
    place-items: center;
    inline-size: 34px;
    min-block-size: 34px;
    padding: 0;
  }
  .bell[data-state='active'] {
    color: var(--_accent);
  }
  .bell[data-state='active'] svg {
    fill: currentColor;
  }
  .linked {
    margin-block-end: calc(8 * var(--_space));
    padding-block-end: calc(6 * var(--_space));
    border-block-end: 1px solid var(--_hairline);
  }
  .linked > .message {
    font-weight: 600;
  }
  .foot {
    margin-block-start: calc(8 * var(--_space));
    padding-block-start: calc(2 * var(--_space));
    border-block-start: 1px solid var(--_hairline);
  }
  .last {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: calc(-2 * var(--_space));
  }
  .panel {
    max-inline-size: var(--_measure);
    margin-block: calc(2 * var(--_space));
    padding: calc(3 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    font-size: var(--_fine);
  }
  .panel label {
    display: inline-flex;
    align-items: center;
    gap: calc(2 * var(--_space));
    min-block-size: 28px;
  }
  .panel input {
    inline-size: 18px;
    block-size: 18px;
    margin: 0;
    accent-color: var(--_accent);
  }
  .panel li {
    margin-block-start: calc(2 * var(--_space));
  }
  kbd {
    display: inline-block;
    min-inline-size: 24px;
    padding-inline: var(--_space);
    border: 1px solid var(--_hairline);
    border-radius: calc(var(--_radius) / 2);
    font: inherit;
    text-align: center;
  }
  @media print {
    .foot,
    .form {
      display: none;
    }
  }
`;
