/** The questions of the released questionnaire, as the page carries them. */

import type { Option } from "./fields.ts";
import { screenFrom } from "./screens.ts";

/** `standard`: the choice that counts when the question is skipped. */
export interface Question {
  readonly name: string;
  readonly templateId: string;
  readonly kind: "text" | "choice";
  readonly label: string;
  readonly needed: boolean;
  readonly standard: string | null;
  readonly options: readonly Option[];
}

/** In the order in which they are asked. */
export function questions(): readonly Question[] {
  const templates = document.querySelectorAll('template[id^="question-"]');
  return Array.from(templates, (template) => questionIn(template.id));
}

function questionIn(templateId: string): Question {
  const data = screenFrom(templateId).querySelector<HTMLElement>("[data-question]");
  if (!data) throw new Error(`no question in ${templateId}`);
  return {
    name: data.dataset["question"] ?? "",
    templateId,
    kind: data.dataset["kind"] === "choice" ? "choice" : "text",
    label: data.dataset["label"] ?? "",
    needed: data.hasAttribute("data-needed"),
    standard: data.dataset["default"] ?? null,
    options: choicesIn(data),
  };
}

/** What can be chosen, as the page carries it. */
export function choicesIn(data: HTMLElement): readonly Option[] {
  return Array.from(data.querySelectorAll<HTMLElement>("[data-choice]"), (choice) => ({
    name: choice.dataset["choice"] ?? "",
    label: choice.textContent ?? "",
    hint: choice.dataset["hint"],
  }));
}
