/**
 * The script for pages with counters and nothing else of ours, such as a list of articles: `count.js`, and
 * `import 'afterword/count'`. It may stand beside the whole script; whichever comes first registers the element.
 */
import './elements/afterword-count.ts';

export { AfterwordCount } from './elements/afterword-count.ts';
