/** How the section around the rows looks. */
import { css } from 'lit';

export const commentsStyles = css`
  .probe {
    background: Canvas;
  }
  .heading {
    font-size: var(--_large);
    font-weight: 650;
    line-height: 1.3;
    font-variant-numeric: tabular-nums;
  }
  .heading:focus {
    outline: none;
  }
  .heading small {
    font-size: 0.65em;
    font-weight: 400;
    margin-inline-start: calc(1.5 * var(--_space));
  }
  .said {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  afterword-toolbar {
    margin-block-end: calc(4 * var(--_space));
  }
  .form,
  .opener {
    display: block;
    max-inline-size: var(--_measure);
    margin-block-end: calc(7 * var(--_space));
  }
  .opener {
    inline-size: 100%;
    min-block-size: 44px;
    padding: calc(2.5 * var(--_space)) calc(3 * var(--_space));
    border: 1px solid var(--_control);
    border-radius: var(--_radius);
    color: var(--_muted);
    appearance: none;
    margin-block-start: 0;
    font: inherit;
    background: none;
    resize: none;
  }
  .opener::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  .message {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 calc(2 * var(--_space));
    min-block-size: 28px;
    margin-block-end: calc(3 * var(--_space));
    font-size: var(--_fine);
  }
  .message .quiet {
    color: var(--_accent);
  }
  .form + .message,
  .opener + .message {
    margin-block: calc(-5 * var(--_space)) calc(6 * var(--_space));
  }
  .linked {
    margin-block-end: calc(8 * var(--_space));
    padding-block-end: calc(6 * var(--_space));
    border-block-end: 1px solid var(--_hairline);
  }
  .linked > .message {
    font-weight: 600;
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: calc(2 * var(--_space));
    padding-block: calc(6 * var(--_space)) calc(8 * var(--_space));
    color: var(--_muted);
    text-align: center;
  }
  .empty svg {
    inline-size: 72px;
    block-size: 48px;
    opacity: 0.8;
  }
  .skeleton {
    display: grid;
    gap: calc(6 * var(--_space));
    padding-block: calc(4 * var(--_space));
  }
  .skeleton i {
    position: relative;
    display: block;
    block-size: 72px;
    margin-inline-start: calc(var(--_avatar) + 3 * var(--_space));
    max-inline-size: 36rem;
    background:
      linear-gradient(var(--_wash) 0 0) 0 0 / 30% 14px no-repeat,
      linear-gradient(var(--_wash) 0 0) 0 26px / 100% 12px no-repeat,
      linear-gradient(var(--_wash) 0 0) 0 46px / 82% 12px no-repeat;
  }
  .skeleton i::before {
    content: '';
    position: absolute;
    inset-inline-start: calc(-1 * var(--_avatar) - 3 * var(--_space));
    inline-size: var(--_avatar);
    block-size: var(--_avatar);
    border-radius: 50%;
    background: var(--_wash);
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
    padding: calc(3 * var(--_space));
    margin-block: calc(2 * var(--_space));
    max-inline-size: var(--_measure);
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    font-size: var(--_fine);
  }
  .panel > * + * {
    margin-block-start: calc(2 * var(--_space));
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
    padding-block: var(--_space);
  }
  kbd {
    display: inline-block;
    min-inline-size: 24px;
    padding: 0 var(--_space);
    border: 1px solid var(--_hairline);
    border-radius: calc(var(--_radius) / 2);
    font: inherit;
    text-align: center;
  }
  .forget {
    flex: 0 1 auto;
  }
  @media print {
    .foot,
    .form,
    .opener {
      display: none;
    }
  }
`;
