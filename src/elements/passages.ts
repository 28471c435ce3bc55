/**
 * The part that looks after passages of the article (I-1…I-6): fetched where a page has an article to comment on, or
 * something the author asks about, and nowhere else.
 */
import './afterword-feedback.ts';
import './afterword-passage.ts';
import './afterword-passages.ts';

export { AfterwordFeedback } from './afterword-feedback.ts';
