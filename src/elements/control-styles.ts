/** How the controls of a thread look; they come with what they do. */
import { css } from 'lit';

export const controlStyles = css`
  article .note {
    font-size: var(--_small);
  }
  .note > .when {
    font-size: inherit;
  }
  /* Tall enough to be met, and a little less than the line of the name, so that it makes that no taller. */
  a.when {
    display: inline-block;
    line-height: max(24px, 1.4em);
  }
  .when:hover {
    text-decoration: underline;
  }
  .badge {
    padding-inline: calc(1.5 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: var(--_pill);
  }
  article:focus-visible {
    outline-offset: 4px;
  }
  .body.cut {
    /* With its button as tall as before it was known that there is more. */
    max-block-size: calc(14.5lh - var(--_more));
    mask-image: linear-gradient(#000 calc(100% - 3lh), transparent);
  }
  .body.open {
    max-block-size: none;
    overflow: visible;
  }
  /* Far from the eyes a row keeps the room of the buttons that it had, or will have. */
  .far > :is(.cut, .open) {
    margin-block-end: var(--_more);
  }
  .folded > .far {
    padding-block-end: 28px;
  }
  .more {
    block-size: var(--_more);
    min-block-size: 0;
    margin-inline-start: calc(-2 * var(--_space));
    color: var(--_accent);
  }
  .quoted {
    flex: 0 0 100%;
    margin-block: var(--_space) calc(2 * var(--_space));
    padding-inline-start: calc(3 * var(--_space));
    border-inline-start: 3px solid var(--afterword-passage-line, rgb(190 130 0));
    font-size: var(--_fine);
  }
  .quoted blockquote {
    margin: 0;
    color: var(--_muted);
    white-space: pre-line;
    unicode-bidi: plaintext;
  }
  .quoted summary {
    min-block-size: 24px;
    cursor: pointer;
  }
  .question {
    font-weight: 600;
    unicode-bidi: plaintext;
  }
  .quoted .quiet {
    margin-inline-start: calc(-2 * var(--_space));
    color: var(--_accent);
  }
  .quoted .note + .quiet {
    margin-inline-start: 0;
  }
  .acts {
    flex: 0 0 100%;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    min-block-size: calc(var(--_acts) - var(--_space));
    margin-block-start: var(--_space);
    font-variant-numeric: tabular-nums;
  }
  .acts > .quiet:first-child {
    margin-inline-start: calc(-2 * var(--_space));
  }
  .vote {
    display: inline-flex;
    align-items: center;
    gap: var(--_space);
    padding-inline: calc(2 * var(--_space));
    border: 1px solid var(--_hairline);
    border-radius: var(--_pill);
    color: var(--_muted);
    font-size: var(--_small);
    font-weight: 500;
  }
  /* Two buttons that look like one pill. */
  .vote:has(+ .vote) {
    border-start-end-radius: 0;
    border-end-end-radius: 0;
    border-inline-end: 0;
    padding-inline-end: calc(1.5 * var(--_space));
  }
  .vote + .vote {
    border-start-start-radius: 0;
    border-end-start-radius: 0;
    border-inline-start: 0;
    padding-inline-start: calc(1.5 * var(--_space));
  }
  .vote:focus-visible {
    z-index: 1;
  }
  .vote[aria-pressed='true'] {
    color: var(--_accent);
  }
  .vote[aria-pressed='true'] svg {
    fill: currentColor;
  }
  .tally {
    color: var(--_muted);
    font-size: var(--_small);
    padding-inline-end: calc(2 * var(--_space));
  }
  .menu {
    display: inline-flex;
    align-items: center;
  }
  @media (hover: hover) {
    .vote:hover {
      background: var(--_wash);
    }
    .vote[aria-pressed='false']:hover {
      color: inherit;
    }
  }
  .menu-list {
    position: fixed;
    inset: auto;
    z-index: 10;
    display: grid;
    min-inline-size: 11rem;
    margin: 0;
    padding: var(--_space);
    color: inherit;
    background: var(--_surface);
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
    font-size: var(--_fine);
  }
  .menu-list button {
    padding: calc(1.5 * var(--_space)) calc(2.5 * var(--_space));
    min-block-size: 32px;
  }
  .menu-list button:is(:hover, :focus) {
    background: var(--_wash);
    outline-offset: -2px;
  }
  /* The button stands below the avatar, and the line beneath it does the same. */
  .fold {
    --_wide: 24px;
    --_from: calc(var(--_line) - var(--_wide) / 2);
    position: absolute;
    inset-block: calc(var(--_avatar) + var(--_space)) 0;
    inset-inline-start: var(--_from);
    inline-size: var(--_wide);
    min-block-size: 24px;
    padding: 0;
    color: var(--_muted);
  }
  .fold::before {
    content: '';
    position: absolute;
    inset-block: 24px 0;
    inset-inline-start: calc(50% - 0.5px);
    border-inline-start: 1px solid var(--_hairline);
  }
  .fold svg {
    position: absolute;
    inset-block-start: 4px;
    inset-inline-start: calc(50% - 8px);
  }
  /* Where nobody has a face, the button stands in its place. */
  .stub > .fold {
    inset-block-start: calc((var(--_avatar) - var(--_wide)) / 2);
    --_line: calc(var(--_avatar) / 2);
  }
  .stub > .fold svg {
    inset-block-start: calc(var(--_wide) / 2 - 8px);
  }
  .stub > .fold::before {
    inset-block-start: calc(var(--_wide) / 2 + 12px);
  }
  .stub:has(> .fold)::before {
    border-color: transparent;
  }
  .folded > article > .fold {
    inset-block-end: auto;
    block-size: 24px;
    color: var(--_accent);
  }
  .folded > article > .fold::before {
    content: none;
  }
  .fold:hover {
    color: var(--_accent);
  }
  .fold:is(:hover, :focus-visible)::before {
    border-inline-start: 2px solid var(--_accent);
  }
  .fold:focus-visible {
    outline-offset: -2px;
  }
  .closed {
    flex: 0 0 100%;
    color: var(--_accent);
    font-size: var(--_small);
    font-weight: 500;
    line-height: max(28px, 1.4em);
    cursor: pointer;
  }
  .gap > button {
    color: var(--_accent);
    margin-inline-start: calc(-2 * var(--_space));
  }
  .turns:dir(rtl) {
    transform: scaleX(-1);
  }
  .pending {
    flex: 0 0 100%;
    min-inline-size: 0;
    max-inline-size: var(--_measure);
    display: grid;
    row-gap: var(--_space);
    margin-block-start: calc(2 * var(--_space));
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 3px solid var(--_control);
    font-size: var(--_small);
    color: var(--_muted);
  }
  /* A line of their own, and each further one begins where the sentence does. */
  .remedies {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: calc(-2 * var(--_space));
  }
  .theirs {
    margin: 0;
    color: var(--_muted);
  }
  .theirs figcaption {
    font-weight: 500;
  }
  .theirs blockquote {
    margin: var(--_space) 0 0;
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 2px solid var(--_hairline);
  }
  .pending:is(.refused, .conflict, .given-up, .asked) {
    border-color: var(--_danger);
    color: inherit;
  }
  .danger {
    color: var(--_danger);
  }
  .unsent > .body {
    opacity: var(--_pale, 0.85);
  }
  .linked {
    box-shadow: 0 0 0 calc(2 * var(--_space)) var(--_wash);
    background: var(--_wash);
  }
  :is(.linked > .badge, .fresh) {
    color: var(--_accent);
    border-color: currentColor;
  }
  .form {
    flex: 0 0 100%;
    margin-block: calc(2 * var(--_space));
  }
  .bell[aria-pressed='true'] {
    color: var(--_accent);
  }
  .bell[aria-pressed='true'] svg {
    fill: currentColor;
  }
  /* Both stand in the room between things, which is there with or without them, and beside no avatar. */
  .news {
    position: relative;
    z-index: 2;
  }
  .news > div {
    position: absolute;
    inset-block-end: calc(2 * var(--_space));
    display: flex;
    gap: calc(2 * var(--_space));
    max-inline-size: 100%;
  }
  .branch-news {
    position: absolute;
    inset-block-start: 100%;
    inset-inline-start: calc(var(--_avatar) + 3 * var(--_space));
    z-index: 2;
    margin-block-start: calc(var(--_space) / 2);
    max-inline-size: calc(100% - var(--_avatar) - 3 * var(--_space));
    line-height: 0;
  }
  :is(.news, .branch-news) .firm {
    padding-block: 0;
    border-radius: var(--_pill);
    border-color: var(--_accent);
    color: var(--_accent);
    background: var(--_surface);
    font-size: var(--_small);
  }
  :is(.news, .branch-news) button {
    min-block-size: 24px;
    flex: 0 1 auto;
    max-inline-size: 100%;
  }
  .more-rows {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(2 * var(--_space));
    margin-block-start: calc(6 * var(--_space));
  }
  h3 > a,
  h4 > a,
  h5 > a,
  h6 > a {
    color: inherit;
    text-decoration: none;
  }
  :is(h3, h4, h5, h6):not(.body *) > a {
    position: relative;
    display: inline-block;
    min-inline-size: 24px;
    unicode-bidi: plaintext;
  }
  @media (pointer: coarse) {
    .fold {
      --_wide: 40px;
      --_from: max(0px, var(--_line) - 20px);
    }
    .fold::before,
    .fold svg {
      inset-inline-start: calc(var(--_line) - var(--_from) - 0.5px);
    }
    .fold svg {
      margin-inline-start: -7.5px;
    }
    .fold::after {
      content: none;
    }
    .stub > .fold {
      --_from: calc(var(--_line) - 20px);
    }
    .folded > article > .fold {
      block-size: 40px;
    }
    /* As much as leaves 24 pixels to what stands above and below. */
    :is(.news, .branch-news) button::after {
      inset-block: -8px -6px;
    }
    .vote,
    .acts > .menu,
    .acts > .bell {
      min-inline-size: 40px;
      justify-content: center;
    }
    .menu-list button {
      min-block-size: 40px;
    }
    .menu-list button::after {
      content: none;
    }
    /* More above than below, where a link of the text may stand. */
    :is(h3, h4, h5, h6):not(.body *) > a::after,
    article > .when::after,
    .note > .when::after {
      content: '';
      position: absolute;
      inset-block: -12px -4px;
      inset-inline: min(0px, (100% - 40px) / 2);
    }
    /* Where the time stands on a line below the name. */
    :is(h3, h4, h5, h6):not(.body *) > a::after {
      z-index: 1;
    }
  }
  :is(h3, h4, h5, h6) > a:hover {
    text-decoration: underline;
  }
  @container (inline-size < 480px) {
    /* So narrow a step is seen by its elbow. */
    .replies > .row::before {
      content: '';
      position: absolute;
      inset: calc(-2 * var(--_space)) auto auto;
      inset-inline-start: -4px;
      inline-size: 4px;
      block-size: calc(var(--_avatar) / 2 + 2 * var(--_space));
      border: 1px solid var(--_hairline);
      border-width: 0 0 1px;
      border-inline-start-width: 1px;
      border-end-start-radius: 4px;
    }
  }
  @media (forced-colors: active) {
    /* Transparent would be drawn in the colour of text here. */
    .fold,
    .quiet,
    .menu-list button {
      border: 0;
    }
    .fold::before {
      border-color: CanvasText;
    }
    article::before {
      border: 1px solid CanvasText;
    }
    .linked {
      outline: 2px solid Highlight;
    }
  }
  @media print {
    .acts,
    .news,
    .branch-news,
    .more-rows {
      display: none;
    }
    .body {
      max-block-size: none;
      mask-image: none;
    }
  }
`;
