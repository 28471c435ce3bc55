/** The part that comes right after the first paint: everything a reader can do. What it needs is registered with it. */
import './afterword-toolbar.ts';

export { SectionActs } from './section-acts.ts';
export { ThreadActs } from './thread-acts.ts';
export { enWriting } from '../i18n/en-writing.ts';
