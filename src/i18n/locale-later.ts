/** What only controls and forms say: refusals, stretches of time, numbers for little room. See `locale.ts`. */
import {
  choose,
  languageOf,
  remember,
  say,
  type AllMessages,
  type Messages,
  type Words,
  type WritingKey,
} from './locale.ts';

/** `refused.REASON` in words. A reason we have no words for is told by the backend's own sentence, or in general. */
export function sayRefusal(messages: Messages, refusal: { reason: string; detail?: string; limit?: number }): string {
  const key = `refused.${refusal.reason}`;
  const message = Object.hasOwn(messages, key) ? messages[key as WritingKey] : undefined;
  if (message === undefined) return refusal.detail || say(messages, 'refused');
  // A limit nobody told us can't be named: then the backend's own sentence is the better one.
  const nameless = refusal.limit === undefined && choose(messages, message, undefined).includes('{');
  if (nameless) return refusal.detail || say(messages, 'refused');
  return say({ lang: messages.lang, [key]: message }, key, refusal.limit === undefined ? {} : { count: refusal.limit });
}

/** So many votes. `Intl` writes a hyphen in most languages, which is too short and too low for a minus. */
export function sayVotes(messages: AllMessages, count: number): string {
  return withMinus(say(messages, 'votes', { count }));
}

function withMinus(number: string): string {
  return number.replace('-', '−');
}

/** 12,345 as `12K`: for places with little room, beside a name that says it in full. */
export function shortNumber(messages: Words<'lang'>, value: number): string {
  return withMinus(compact(languageOf(messages)).format(value));
}

/** A stretch of time in minutes or, below one, in seconds: "14 min". */
export function duration(messages: Words<'lang'>, milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [value, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(languageOf(messages), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** The full date and time, for a time's accessible name. */
export function fullTime(messages: Words<'lang'>, time: number): string {
  return fullTimes(languageOf(messages)).format(time);
}

const compact = remember((lang) => new Intl.NumberFormat(lang, { notation: 'compact' }));
const fullTimes = remember((lang) => new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'short' }));
