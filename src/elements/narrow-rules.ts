/** The site's rules as this page wants them: a page may only narrow or hide (E-3). */
import type { Rules, Votes } from '../model/comment.ts';
import type { AttributeName } from './attributes.ts';

/** Before the site told its rules: nothing is offered that may not be allowed. */
const UNKNOWN_RULES: Rules = {
  votes: 'none',
  name: 'optional',
  email: 'optional',
  website: false,
  minLength: 1,
  maxLength: 10_000,
  maxDepth: null,
  editSeconds: 0,
  closed: false,
  consent: null,
};

/** What the page asks of the site's rules. */
export interface Wishes {
  readonly votes: Votes;
  readonly maxDepth: number;
  readonly minLength: number;
  readonly maxLength: number;
}

const VOTES: readonly Votes[] = ['none', 'up', 'up-down'];

/**
 * The site's rules, narrowed by what the page asks. A page can't loosen them: such a wish is named in `ignored`, to be
 * warned about where the author wrote it and did not merely leave the default.
 */
export function narrowRules(known: Rules | null, wishes: Wishes): { rules: Rules; ignored: AttributeName[] } {
  const rules = known ?? UNKNOWN_RULES;
  const ignored: AttributeName[] = [];
  const keep = <Value>(name: AttributeName, looser: boolean, site: Value, wish: Value): Value => {
    if (looser && known) ignored.push(name);
    return looser ? site : wish;
  };
  const depth = rules.maxDepth ?? Infinity;
  return {
    rules: {
      ...rules,
      votes: keep('votes', VOTES.indexOf(wishes.votes) > VOTES.indexOf(rules.votes), rules.votes, wishes.votes),
      maxDepth: keep('max-depth', wishes.maxDepth > depth, depth, wishes.maxDepth),
      minLength: keep('min-length', wishes.minLength < rules.minLength, rules.minLength, wishes.minLength),
      maxLength: keep('max-length', wishes.maxLength > rules.maxLength, rules.maxLength, wishes.maxLength),
    },
    ignored,
  };
}
