/** How the form looks: one calm field that unfolds. Colours and sizes are the section's. */
import { css } from 'lit';

export const formStyles = css`
  form {
    display: grid;
    gap: calc(3 * var(--_space));
  }
  .plain {
    white-space: pre-wrap;
    unicode-bidi: plaintext;
  }
  .box {
    position: relative;
    border: 1px solid var(--_control);
    border-radius: var(--_radius);
  }
  .box:focus-within {
    border-color: var(--_accent);
    outline: 1px solid var(--_accent);
  }
  .box.wrong,
  input.wrong {
    border-color: var(--_danger);
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space) calc(2 * var(--_space));
    padding: var(--_space);
  }
  .views {
    display: flex;
    margin-inline-start: auto;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_wash);
  }
  .views button {
    min-block-size: 32px;
    padding-inline: calc(2.5 * var(--_space));
    font-size: var(--_small);
    font-weight: 500;
    color: var(--_muted);
  }
  .views [aria-selected='true'] {
    color: inherit;
    box-shadow: inset 0 0 0 1px var(--_control);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
  }
  .tools button {
    min-inline-size: 32px;
    min-block-size: 32px;
    text-align: center;
    color: var(--_muted);
  }
  textarea,
  input {
    appearance: none;
    box-sizing: border-box;
    inline-size: 100%;
    margin: 0;
    font: inherit;
    letter-spacing: inherit;
    color: inherit;
    background: none;
    border: 0;
    border-radius: var(--_radius);
  }
  textarea {
    display: block;
    padding: calc(2.5 * var(--_space)) calc(3 * var(--_space));
    min-block-size: 44px;
    max-block-size: 60vh;
    resize: none;
    overflow: auto;
    overflow-wrap: anywhere;
    field-sizing: content;
    scroll-padding-block: 1em;
  }
  /* The box around it shows the focus. */
  textarea:focus-visible {
    outline: none;
  }
  .open textarea,
  #shown {
    min-block-size: calc(3lh + 5 * var(--_space));
  }
  .reply :is(textarea, #shown) {
    min-block-size: calc(2lh + 5 * var(--_space));
  }
  @container (inline-size < 480px) {
    .open :is(textarea, #shown) {
      min-block-size: calc(2lh + 5 * var(--_space));
    }
  }
  .open textarea {
    resize: vertical;
  }
  ::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 12em), 1fr));
    gap: calc(3 * var(--_space));
    align-items: start;
  }
  .field {
    display: grid;
    gap: var(--_space);
  }
  .field,
  .box {
    scroll-margin-block: var(--afterword-scroll-margin, 5rem);
  }
  textarea {
    scroll-margin-block-start: var(--afterword-scroll-margin, 5rem);
  }
  .fields .field {
    max-inline-size: 24em;
  }
  label,
  .label {
    font-size: var(--_fine);
    font-weight: 500;
  }
  input:not([type='checkbox']) {
    min-block-size: 40px;
    padding: calc(1.5 * var(--_space)) calc(2.5 * var(--_space));
    border: 1px solid var(--_control);
  }
  input:not([type='checkbox']):focus-visible {
    border-color: var(--_accent);
    outline: 1px solid var(--_accent);
    outline-offset: 0;
  }
  .tick {
    display: flex;
    gap: calc(2 * var(--_space));
    align-items: start;
    min-block-size: 24px;
  }
  .tick label {
    font-weight: 400;
  }
  input[type='checkbox'] {
    appearance: auto;
    accent-color: var(--_accent);
    flex: none;
    inline-size: 18px;
    block-size: 18px;
    margin: 2px;
  }
  .end {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(2 * var(--_space)) calc(4 * var(--_space));
  }
  .choices {
    flex: 1 1 auto;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(2 * var(--_space)) calc(4 * var(--_space));
    font-size: var(--_fine);
  }
  .choices label {
    font-size: inherit;
  }
  .choices .quiet {
    color: var(--_accent);
    font-size: inherit;
  }
  .choices > .quiet {
    padding-inline: 0;
  }
  .known {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
  }
  .known b {
    font-weight: 600;
    unicode-bidi: isolate;
  }
  .send,
  .choice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(2 * var(--_space));
  }
  .send {
    margin-inline-start: auto;
  }
  .count {
    margin-inline-start: auto;
    font-size: var(--_small);
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .error,
  .count.over {
    font-size: var(--_small);
    color: var(--_danger);
  }
  .error::before {
    content: '!';
    display: inline-block;
    inline-size: 1.3em;
    margin-inline-end: 0.4em;
    border: 1px solid;
    border-radius: 50%;
    line-height: 1.2;
    text-align: center;
    font-weight: 700;
  }
  .box .error {
    padding: 0 calc(3 * var(--_space)) calc(2 * var(--_space));
  }
  #shown {
    padding: calc(2.5 * var(--_space)) calc(3 * var(--_space));
    border-radius: var(--_radius);
  }
  .theirs {
    border: 1px solid var(--_hairline);
    border-inline-start: 3px solid var(--_accent);
    border-radius: var(--_radius);
    padding: calc(3 * var(--_space));
    display: grid;
    gap: calc(2 * var(--_space));
  }
  .theirs blockquote {
    margin: 0;
    padding-inline-start: calc(2.5 * var(--_space));
    border-inline-start: 2px solid var(--_hairline);
    max-block-size: 40vh;
    overflow: auto;
  }
  .people {
    position: absolute;
    z-index: 2;
    inset-block-start: 100%;
    inset-inline-start: 0;
    min-inline-size: min(16em, 100%);
    max-inline-size: 100%;
    margin-block-start: var(--_space);
    padding: var(--_space);
    background: var(--_surface);
    border: 1px solid var(--_hairline);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
  }
  .people li {
    padding: calc(1.5 * var(--_space)) calc(2 * var(--_space));
    min-block-size: 32px;
    border-radius: calc(var(--_radius) * 0.75);
    cursor: pointer;
  }
  .hint {
    display: block;
    font-size: var(--_small);
    opacity: 0.85;
  }
  .people [aria-selected='true'] {
    background: var(--_accent);
    color: var(--_accent-text);
  }
  @media (pointer: coarse) {
    /* Below 16 px Safari zooms the page when a field gets the focus. */
    textarea,
    input {
      font-size: max(16px, 1em);
    }
    /* As wide as a finger where there is room. */
    .tools {
      flex: 1 1 210px;
      flex-wrap: nowrap;
    }
    .tools button {
      flex: 0 1 40px;
      min-inline-size: 26px;
    }
    .bar button,
    .end button {
      min-block-size: 40px;
    }
  }
  @media (forced-colors: active) {
    .people [aria-selected='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .box:focus-within {
      outline: 2px solid Highlight;
    }
  }
`;
