/**
 * The drawings: 16 px strokes in the colour of the text around them, mirrored (`class="turns"`) where they point along
 * the line. They say nothing to a screen reader; the control they stand in has a name.
 */
import { html } from 'lit';

export const unplugged = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="m2 2 12 12M5.5 5.6a3.5 3.5 0 0 0-1 6.9H12m1.6-.7A2.75 2.75 0 0 0 11.5 7a4 4 0 0 0-3.9-3" />
</svg>`;
export const talk = html`<svg viewBox="0 0 48 32" aria-hidden="true">
  <path d="M3 4h24v14H14l-6 6v-6H3ZM33 10h12v13h-4v5l-6-5H21v-1" />
</svg>`;
export const cross = html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8M12 4l-8 8" /></svg>`;
