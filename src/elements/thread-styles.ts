/** How the rows of a thread look before they have their controls: all that the first paint needs. */
import { css } from 'lit';

export const threadStyles = css`
  .row {
    position: relative;
    /* The line of a branch runs under the middle of the avatar, as far as the indent leaves room. */
    --_line: min(var(--_avatar) / 2, var(--_indent) * 2 / 3);
    /* A whole step for each level, as long as 20 characters are left of a line. */
    --_indent: clamp(
      2px,
      100cqi - 20ch - var(--_avatar) - 3 * var(--_space) - var(--_level, 0) * var(--_step),
      var(--_step)
    );
    margin-block-start: calc(7 * var(--_space));
  }
  .rows > .row:first-child {
    margin: 0;
  }
  .replies {
    --_avatar: var(--afterword-avatar-reply, 24px);
    padding-inline-start: var(--_indent);
  }
  .replies > .row {
    margin-block-start: calc(4 * var(--_space));
  }
  @container (inline-size < 480px) {
    .row {
      --_step: 12px;
    }
  }
  article {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    column-gap: calc(2 * var(--_space));
    /* The line of what can be done, and that of *Read more*. */
    --_acts: 36px;
    --_more: 28px;
    /* The row is as wide as its longest line, and what is in it as wide as the row: a wide text that were limited by
       itself would find room beside the name. */
    --_beside: calc(var(--_avatar) + 3 * var(--_space));
    max-inline-size: calc(var(--_measure) + var(--_beside));
    padding-inline-start: var(--_beside);
    scroll-margin-block: var(--afterword-scroll-margin, 5rem);
    border-radius: var(--_radius);
  }
  article:not(:focus-visible) {
    outline: none;
  }
  article::before,
  .avatar {
    content: attr(data-initials);
    content: attr(data-initials) / '';
    position: absolute;
    inset: 0 auto auto 0;
    inset-inline: 0 auto;
    display: grid;
    place-items: center;
    inline-size: var(--_avatar);
    block-size: var(--_avatar);
    border-radius: 50%;
    background: hsl(var(--_hue) 50% 50% / var(--_tone));
    font-size: calc(var(--_avatar) * 0.375);
    line-height: 1;
    font-weight: 600;
    object-fit: cover;
  }
  .hue0 {
    --_hue: 0;
  }
  .hue1 {
    --_hue: 47;
  }
  .hue2 {
    --_hue: 94;
  }
  .hue3 {
    --_hue: 141;
  }
  .hue4 {
    --_hue: 188;
  }
  .hue5 {
    --_hue: 235;
  }
  .hue6 {
    --_hue: 282;
  }
  .hue7 {
    --_hue: 329;
  }
  :is(h3, h4, h5, h6):not(.body *) {
    position: relative;
    font-size: var(--_fine);
    font-weight: 600;
    /* A link in it is as tall as its line, and must be as tall as a finger's target. */
    line-height: max(25px, 1.4em);
    unicode-bidi: plaintext;
  }
  /* What some pile on their letters ends before the rows above and below; what a finger may press goes on. */
  bdi:not(.body *) {
    display: inline-block;
    max-inline-size: 100%;
    overflow-y: clip;
    vertical-align: top;
  }
  .when:empty {
    min-width: 6em;
  }
  .when,
  .note,
  .badge {
    font-size: var(--_small);
    color: var(--_muted);
    line-height: 1.4;
    text-decoration: none;
  }
  .body {
    flex: 0 0 100%;
    min-inline-size: 0;
    overflow: hidden;
    /* Cut only where it is worth it: a text of 14 lines is shown whole. */
    max-block-size: 14.5lh;
  }
  .plain {
    white-space: pre-wrap;
    unicode-bidi: plaintext;
  }
  .stub > * {
    color: var(--_muted);
    font-style: italic;
  }
  .stub::before {
    background: none;
    border: 1px dashed var(--_hairline);
  }
  /* Without its controls a row is as tall as with them, so that nothing moves when they come and go. */
  .far::after {
    content: '';
    flex: 0 0 100%;
    block-size: var(--_acts);
  }
  .far.stub::after {
    block-size: 0;
  }
  .gap {
    min-block-size: 28px;
  }
`;
