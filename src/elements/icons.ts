/**
 * The drawings: 16 px strokes in the colour of the text around them, mirrored (`class="turns"`) where they point along
 * the line. They say nothing to a screen reader; the control they stand in has a name.
 */
import { html } from 'lit';

export const up = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 2.75 13.25 9H10v4.25H6V9H2.75Z" />
</svg>`;
export const down = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 13.25 2.75 7H6V2.75h4V7h3.25Z" />
</svg>`;
/** Round line ends make three dots of three lines without length. */
export const dots = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path stroke-width="2" d="M3 8h0M8 8h0M13 8h0" />
</svg>`;
export const branch = html`<svg viewBox="0 0 16 16" aria-hidden="true" class="turns">
  <path d="M6 3.5 10.5 8 6 12.5" />
</svg>`;
export const unplugged = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="m2 2 12 12M5.5 5.6a3.5 3.5 0 0 0-1 6.9H12m1.6-.7A2.75 2.75 0 0 0 11.5 7a4 4 0 0 0-3.9-3" />
</svg>`;
export const talk = html`<svg viewBox="0 0 48 32" aria-hidden="true">
  <path d="M3 4h24v14H14l-6 6v-6H3ZM33 10h12v13h-4v5l-6-5H21v-1" />
</svg>`;
