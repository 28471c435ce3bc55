/** How the section around the rows looks before its comments are there, and at their first paint. */
import { css } from 'lit';

export const commentsStyles = css`
  .probe {
    background: Canvas;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: calc(2 * var(--_space)) calc(4 * var(--_space));
    margin-block-end: calc(4 * var(--_space));
  }
  h2 {
    font-size: var(--_large);
    font-weight: 650;
    line-height: 1.3;
    outline: none;
  }
  small {
    font-size: max(0.65em, min(12px, 1em));
    font-weight: 400;
    color: var(--_muted);
    margin-inline-start: calc(1.5 * var(--_space));
  }
  /* As much room as the orders will take. */
  .orders {
    min-block-size: 34px;
    min-inline-size: min(100%, 16rem);
  }
  .form,
  .opener {
    display: block;
    inline-size: 100%;
    max-inline-size: calc(var(--_measure) + var(--_avatar) + 3 * var(--_space));
    margin: 0 0 calc(9 * var(--_space));
  }
  .opener {
    appearance: none;
    block-size: 48px;
    padding: 10px 12px;
    border: 1px solid var(--_control);
    border-radius: var(--_radius);
    font: inherit;
    color: inherit;
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
  :is(.form, .opener) + .message {
    margin-block: calc(-5 * var(--_space)) calc(6 * var(--_space));
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: calc(2 * var(--_space));
    padding-block: calc(4 * var(--_space)) calc(8 * var(--_space));
    color: var(--_muted);
  }
  .skeleton i {
    display: block;
    block-size: 72px;
    margin-block: calc(4 * var(--_space)) calc(6 * var(--_space));
    border-radius: var(--_radius);
    background:
      radial-gradient(circle at 16px 16px, var(--_wash) 16px, transparent 0),
      linear-gradient(var(--_wash) 0 0) 44px 4px / 30% 14px no-repeat,
      linear-gradient(var(--_wash) 0 0) 44px 32px / 80% 12px no-repeat,
      linear-gradient(var(--_wash) 0 0) 44px 54px / 65% 12px no-repeat;
  }
`;
