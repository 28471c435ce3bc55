/** The part that shows markup: the sanitiser, and how its HTML looks. */
export { sanitize } from '../content/sanitize.ts';
export { textStyles } from './text-styles.ts';
