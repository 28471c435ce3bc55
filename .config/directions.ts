/**
 * The folders of src and what each may import: the one table behind the lint rule and the architecture test.
 *
 *     model  <-  adapters, content  <-  sync  <-  elements  <-  index
 *     model  <-  inline, i18n       <-            elements
 *     model  <-  server
 */

export interface Folder {
  /** The other folders its files may import. */
  readonly may: readonly string[];
  /** Of these, the ones of which it may import types alone. */
  readonly typesOnly?: readonly string[];
}

export const FOLDERS: Readonly<Record<string, Folder>> = {
  model: { may: [] },
  adapters: { may: ['model'] },
  content: { may: ['model'] },
  inline: { may: ['model'] },
  i18n: { may: ['model'] },
  sync: { may: ['model', 'adapters', 'content'], typesOnly: ['adapters'] },
  elements: { may: ['model', 'adapters', 'content', 'sync', 'inline', 'i18n'] },
  server: { may: ['model'] },
};

/** Packages of the widget, each with the only files that may import it. */
export const OUTSIDE: readonly { readonly name: RegExp; readonly only: RegExp }[] = [
  { name: /^(lit|lit-html|lit-element|@lit\/.*)(\/|$)/, only: /^src\/elements\// },
  { name: /^(marked|dompurify)(\/|$)/, only: /^src\/content\/sanitize\.ts$/ },
  { name: /^idb-keyval(\/|$)/, only: /^src\/sync\/database\.ts$/ },
];
