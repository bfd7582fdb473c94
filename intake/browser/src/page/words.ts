/** The words of the page's language, which the server put into its templates. There are none in this code. */

import { type Language, LANGUAGES } from "../wire/directory_parts.ts";

export type Values = Readonly<Record<string, string>>;

/** The language of the page. */
export function language(): Language {
  return LANGUAGES.find((one) => one === document.documentElement.lang) ?? "en";
}

/** The sentence of this name, with its braces filled. */
export function word(name: string, values: Values = {}): string {
  for (const template of document.querySelectorAll("template")) {
    const found = template.content.querySelector(`[data-word="${name}"]`);
    if (found) return fill(found.textContent ?? "", values);
  }
  throw new Error(`no word ${name}`);
}

/**
 * From now on, screens and sentences that say that nothing has been sent yet say the sentence of this name instead; or,
 * without one, what they said at first.
 */
export function insteadOfUnsent(name: string | null): void {
  for (const template of document.querySelectorAll("template")) {
    for (const place of template.content.querySelectorAll<HTMLElement>("[data-unsent]")) {
      place.dataset["unsent"] ||= place.textContent ?? "";
      place.textContent = name === null ? place.dataset["unsent"] : word(name);
    }
  }
}

/** The text with every `{name}` replaced. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{([a-z]+)\}/g, (all, name: string) => values[name] ?? all);
}

/** A number as it is written in this language. */
export function number(value: number): string {
  return value.toLocaleString(language());
}

/** A UTC day with the month in words, the day first. */
export function dayInWords(day: string): string {
  const locale = language() === "en" ? "en-GB" : language();
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  return format.format(new Date(`${day}T00:00:00Z`));
}
