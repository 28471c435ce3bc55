/** Everything about passages of the host's article that the elements use; a part of its own, fetched where there are any. */
export { openArticle } from './open-article.ts';
export type {
  Article,
  ArticleEvents,
  ArticleOptions,
  Candidate,
  FoundPassage,
  OpenArticle,
  Passage,
  Place,
} from './article.ts';
