/** How a comment's text looks, in the thread and in the preview of the form. */
import { css } from 'lit';

export const textStyles = css`
  .body > :first-child {
    margin-block-start: 0;
  }
  .body > :last-child {
    margin-block-end: 0;
  }
  .body :is(p, ul, ol, pre, blockquote, table, details, h4, h5, h6) {
    margin-block: 0.6em;
  }
  .body :is(ul, ol) {
    padding-inline-start: 1.5em;
    list-style: disc;
  }
  .body ol {
    list-style: decimal;
  }
  .body li > :is(p, ul, ol) {
    margin-block: 0.2em;
  }
  .body :is(h4, h5, h6) {
    font-size: 1em;
    font-weight: 700;
  }
  .body blockquote {
    margin-inline: 0;
    padding-inline-start: calc(3 * var(--_space));
    border-inline-start: 3px solid var(--_hairline);
    color: var(--_muted);
  }
  .body :is(code, pre, kbd) {
    font-family: var(--afterword-font-mono, ui-monospace, 'SF Mono', Consolas, monospace);
    font-size: max(0.9em, min(12px, 1em));
    background: var(--_wash);
    border-radius: calc(var(--_radius) / 2);
  }
  .body :is(code, kbd) {
    padding: 0.1em 0.3em;
  }
  .body pre {
    padding: calc(2 * var(--_space)) calc(3 * var(--_space));
    white-space: pre-wrap;
  }
  .body pre code {
    padding: 0;
    background: none;
    font-size: 1em;
  }
  .body :is(img, video) {
    max-inline-size: 100%;
    block-size: auto;
    border-radius: calc(var(--_radius) / 2);
  }
  /* A wide table scrolls in a box of its own, with whole words in its cells. */
  .body table {
    display: block;
    inline-size: fit-content;
    max-inline-size: 100%;
    overflow-x: auto;
    overflow-wrap: break-word;
    border-collapse: collapse;
    font-size: var(--_fine);
  }
  .body :is(th, td) {
    border: 1px solid var(--_hairline);
    padding: var(--_space) calc(2 * var(--_space));
    text-align: start;
  }
  .body hr {
    border: 0;
    border-block-start: 1px solid var(--_hairline);
  }
  .body summary {
    cursor: pointer;
    color: var(--_muted);
    font-size: var(--_fine);
  }
  .body details {
    border: 1px dashed var(--_control);
    border-radius: calc(var(--_radius) / 2);
    padding: var(--_space) calc(2 * var(--_space));
  }
`;
