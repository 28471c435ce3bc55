/**
 * The sentences of the thread in English. These keys, and those of `en-writing.ts`, are the list of messages: a
 * language that lacks one does not compile. `say` fills in `{name}`; a table of plural forms is chosen from by
 * `{count}`. This file is paid for before the first paint: where a sentence can do without a plural form, it does.
 */
export const en = {
  /** The language these words are in: it decides plural forms, numbers, times and the direction of writing. */
  lang: 'en',

  // The section and its toolbar
  heading: 'Comments',
  comments: { one: '{count} comment', other: '{count} comments' },
  empty: 'Be the first to comment.',
  loading: 'Loading comments…',
  closed: 'This discussion is closed.',
  'local-only': 'These comments stay in this browser.',
  'show-comments': 'Show comments',
  'show-count': { one: 'Show {count} comment', other: 'Show {count} comments' },
  'try-again': 'Try again',

  // A comment
  'row.heading': '{name}, {time}',
  'row.reply': '{name}, reply to {parent}, {time}',
  'role.guest': 'Guest',
  stub: 'This comment was removed.',
  'just-now': 'just now',

  // Why there is nothing to read; other reasons are known only later
  'problem.offline': 'The comments can’t be reached right now.',
  'problem.part-missing': 'Part of this page could not be loaded.',

  // Where writing begins; the rest of it is in `en-writing.ts`
  'form.new': 'Write a comment',
  'form.placeholder': 'What do you think?',
} as const;
