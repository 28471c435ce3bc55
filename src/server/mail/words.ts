/**
 * The words of mails and of the pages their links open, by language. What people wrote stands in `{…}` and is put in last;
 * numbers choose their form by the rules of the language.
 */
export interface MailWords {
  readonly dir: 'ltr' | 'rtl';
  /** Subjects and first lines. */
  readonly one: string;
  readonly reply: string;
  readonly mention: string;
  readonly below: string;
  readonly approved: string;
  readonly several: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };
  readonly more: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };
  readonly read: string;
  readonly whyHere: string;
  readonly unsubscribe: string;
  readonly manage: string;
  readonly confirmSubject: string;
  readonly confirmBody: string;
  readonly confirmNot: string;
  readonly confirm: string;
  readonly confirmTitle: string;
  readonly confirmed: string;
  readonly unsubscribeTitle: string;
  readonly unsubscribed: string;
  readonly manageTitle: string;
  readonly nothing: string;
  readonly pending: string;
  readonly choicePage: string;
  readonly choiceReplies: string;
  readonly choiceComment: string;
  readonly end: string;
  readonly all: string;
  readonly never: string;
  readonly neverDone: string;
  readonly wrongLink: string;
  readonly saved: string;
}

const en: MailWords = {
  dir: 'ltr',
  one: '{name} commented on “{title}”',
  reply: '{name} replied to you on “{title}”',
  mention: '{name} mentioned you on “{title}”',
  below: '{name} replied below your comment on “{title}”',
  approved: 'Your comment on “{title}” was approved',
  several: { one: '{count} new comment on “{title}”', other: '{count} new comments on “{title}”' },
  more: { one: 'And {count} more comment.', other: 'And {count} more comments.' },
  read: 'Read and reply',
  whyHere: 'You’re getting this email because you asked to hear about comments on this page.',
  unsubscribe: 'No more emails about this page',
  manage: 'All your subscriptions',
  confirmSubject: 'Please confirm: comments on {site}',
  confirmBody: 'Someone, hopefully you, asked {site} to email this address about new comments.',
  confirmNot: 'If this wasn’t you, ignore this email and we won’t write to you.',
  confirm: 'Confirm',
  confirmTitle: 'Confirm your address',
  confirmed: 'Confirmed. We’ll email you about what you asked for.',
  unsubscribeTitle: 'No more emails about this page?',
  unsubscribed: 'Done. You’ll get no more emails about this page.',
  manageTitle: 'Your subscriptions',
  nothing: 'Nothing is sent to this address.',
  pending: 'not confirmed yet',
  choicePage: 'New comments',
  choiceReplies: 'Replies to your comments',
  choiceComment: 'Replies to: {text}',
  end: 'End this subscription',
  all: 'End all subscriptions',
  never: 'Never email this address again',
  neverDone: 'This server won’t email this address again.',
  wrongLink: 'This link isn’t one of ours, or it was cut off. Copy the whole link from the email.',
  saved: 'Saved.',
};

const de: MailWords = {
  dir: 'ltr',
  one: '{name} hat „{title}“ kommentiert',
  reply: '{name} hat dir zu „{title}“ geantwortet',
  mention: '{name} hat dich bei „{title}“ erwähnt',
  below: '{name} hat unter deinem Kommentar zu „{title}“ geantwortet',
  approved: 'Dein Kommentar zu „{title}“ wurde freigegeben',
  several: { one: '{count} neuer Kommentar zu „{title}“', other: '{count} neue Kommentare zu „{title}“' },
  more: { one: 'Und {count} weiterer Kommentar.', other: 'Und {count} weitere Kommentare.' },
  read: 'Lesen und antworten',
  whyHere: 'Du bekommst diese E-Mail, weil du über Kommentare zu dieser Seite benachrichtigt werden wolltest.',
  unsubscribe: 'Keine E-Mails mehr zu dieser Seite',
  manage: 'Alle Benachrichtigungen verwalten',
  confirmSubject: 'Bitte bestätigen: Benachrichtigungen von {site}',
  confirmBody: 'Jemand, hoffentlich du, hat {site} gebeten, diese Adresse über neue Kommentare zu benachrichtigen.',
  confirmNot: 'Falls du das nicht warst, ignoriere diese E-Mail: Du bekommst dann keine Nachrichten.',
  confirm: 'Bestätigen',
  confirmTitle: 'Adresse bestätigen',
  confirmed: 'Bestätigt. Wir benachrichtigen dich wie gewünscht.',
  unsubscribeTitle: 'Keine E-Mails mehr zu dieser Seite?',
  unsubscribed: 'Erledigt. Du bekommst keine E-Mails mehr zu dieser Seite.',
  manageTitle: 'Deine Benachrichtigungen',
  nothing: 'An diese Adresse wird nichts gesendet.',
  pending: 'noch nicht bestätigt',
  choicePage: 'Neue Kommentare',
  choiceReplies: 'Antworten auf deine Kommentare',
  choiceComment: 'Antworten auf: {text}',
  end: 'Diese Benachrichtigung beenden',
  all: 'Alle Benachrichtigungen beenden',
  never: 'Nie wieder an diese Adresse schreiben',
  neverDone: 'Dieser Server schreibt nicht mehr an diese Adresse.',
  wrongLink: 'Dieser Link ist keiner von unseren oder wurde abgeschnitten. Kopiere den ganzen Link aus der E-Mail.',
  saved: 'Gespeichert.',
};

const ar: MailWords = {
  dir: 'rtl',
  one: 'علّق {name} على «{title}»',
  reply: 'ردّ عليك {name} في «{title}»',
  mention: 'ذكرك {name} في «{title}»',
  below: 'ردّ {name} تحت تعليقك على «{title}»',
  approved: 'تمت الموافقة على تعليقك على «{title}»',
  several: {
    one: 'تعليق جديد واحد على «{title}»',
    two: 'تعليقان جديدان على «{title}»',
    few: '{count} تعليقات جديدة على «{title}»',
    many: '{count} تعليقًا جديدًا على «{title}»',
    other: '{count} تعليق جديد على «{title}»',
  },
  more: {
    one: 'وتعليق آخر.',
    two: 'وتعليقان آخران.',
    few: 'و{count} تعليقات أخرى.',
    many: 'و{count} تعليقًا آخر.',
    other: 'و{count} تعليق آخر.',
  },
  read: 'القراءة والرد',
  whyHere: 'تصلك هذه الرسالة لأنك طلبت إعلامك بالتعليقات على هذه الصفحة.',
  unsubscribe: 'إيقاف الرسائل عن هذه الصفحة',
  manage: 'كل اشتراكاتك',
  confirmSubject: 'يرجى التأكيد: أخبار التعليقات من {site}',
  confirmBody: 'طلب شخص ما، نأمل أنه أنت، من {site} إرسال أخبار التعليقات إلى هذا العنوان.',
  confirmNot: 'إن لم تكن أنت فلا تفعل شيئًا: لن نكتب إليك.',
  confirm: 'تأكيد',
  confirmTitle: 'تأكيد عنوانك',
  confirmed: 'تم التأكيد. سيصلك ما طلبته.',
  unsubscribeTitle: 'إيقاف الرسائل عن هذه الصفحة؟',
  unsubscribed: 'تم. لن تصلك رسائل أخرى عن هذه الصفحة.',
  manageTitle: 'اشتراكاتك',
  nothing: 'لا يُرسل شيء إلى هذا العنوان.',
  pending: 'لم يُؤكد بعد',
  choicePage: 'التعليقات الجديدة',
  choiceReplies: 'الردود على تعليقاتك',
  choiceComment: 'الردود على: {text}',
  end: 'إنهاء هذا الاشتراك',
  all: 'إنهاء كل الاشتراكات',
  never: 'عدم الكتابة إلى هذا العنوان أبدًا',
  neverDone: 'لن يكتب هذا الخادم إلى هذا العنوان مرة أخرى.',
  wrongLink: 'هذا الرابط ليس من روابطنا أو أنه مقطوع. انسخه كاملًا من الرسالة.',
  saved: 'تم الحفظ.',
};

const WORDS: Readonly<Record<string, MailWords>> = { en, de, ar };

export const MAIL_LANGUAGES = Object.keys(WORDS);

export function languageOf(tag: string): string {
  const language = tag.toLowerCase().split('-')[0] ?? '';
  return language in WORDS ? language : 'en';
}

export const wordsOf = (tag: string): MailWords => WORDS[languageOf(tag)] ?? en;

/** Puts values into the places of a text, each once and all at the same time: what people wrote can't name a place. */
export function fill(text: string, values: Readonly<Record<string, string | number>>, tag = 'en'): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? value.toLocaleString(tag) : value;
  });
}

export function fillCounted(
  forms: MailWords['several'],
  values: Readonly<Record<string, string | number>> & { readonly count: number },
  tag: string,
): string {
  return fill(forms[new Intl.PluralRules(tag).select(values.count)] ?? forms.other, values, tag);
}
