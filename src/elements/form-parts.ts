/** What of a form a page can style, handed on from tree to tree up to the page. */
export const FORM_PARTS =
  'form-box,form-text,form-bar,form-tools,form-count,form-tabs,form-tab,form-preview,form-field,form-input,form-error,form-as,form-cancel,form-submit';
