/** Fields. None exists before the lock is tested, and none lets the browser keep, complete, check or send what is in it. */

/** Also against spelling services and writing assistants that read along. */
const KEPT_TO_THIS_PAGE: Readonly<Record<string, string>> = {
  autocomplete: "off",
  autocorrect: "off",
  spellcheck: "false",
  writingsuggestions: "false",
  translate: "no",
  "data-gramm": "false",
  "aria-labelledby": "heading",
};

/** A text field that grows with the text; written in any script. */
export function textField(text: string, describedBy: string): HTMLTextAreaElement {
  const field = keptToThisPage(document.createElement("textarea"), describedBy);
  field.rows = 7;
  field.value = text;
  const grow = () => {
    // Text decides by itself how it runs; an empty field runs like the page.
    field.dir = field.value === "" ? document.documentElement.dir : "auto";
    if (field.scrollHeight > field.clientHeight) field.style.height = `${field.scrollHeight + 4}px`;
  };
  field.addEventListener("input", grow);
  requestAnimationFrame(grow);
  return field;
}

/** A field for digits, on two lines if they need them. Enter goes on. */
export function digitsField(enter: () => void): HTMLTextAreaElement {
  const field = keptToThisPage(document.createElement("textarea"), "hint");
  field.className = "digits-field";
  field.dir = "ltr";
  field.rows = 2;
  field.inputMode = "numeric";
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    enter();
  });
  return field;
}

/** A short field for a number, under its own label. */
export function numberField(label: string, digits: number): { label: HTMLLabelElement; field: HTMLInputElement } {
  const around = document.createElement("label");
  const field = keptToThisPage(document.createElement("input"), "hint");
  field.removeAttribute("aria-labelledby");
  field.inputMode = "numeric";
  field.maxLength = digits;
  around.append(label, field);
  return { label: around, field };
}

/** One answer to choose. `alone`: chosen by itself, never beside others. */
export interface Option {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly alone?: boolean;
}

/** What can be chosen: one of all (`radio`), or several (`checkbox`). */
export interface Options {
  readonly group: HTMLElement;
  chosen(): string[];
}

export function optionFields(
  kind: "radio" | "checkbox",
  options: readonly Option[],
  chosen: readonly string[],
): Options {
  const group = document.createElement("fieldset");
  group.className = "options";
  group.setAttribute("aria-labelledby", "heading");
  group.setAttribute("aria-describedby", "hint");
  const rows = options.map((option) => ({ option, ...optionRow(kind, option, chosen.includes(option.name)) }));
  group.append(...rows.map((row) => row.label));
  group.addEventListener("change", (event) => {
    const changed = rows.find((row) => row.field === event.target);
    if (kind === "radio" || !changed?.field.checked) return;
    for (const row of rows)
      if (row !== changed && (row.option.alone || changed.option.alone)) row.field.checked = false;
  });
  return { group, chosen: () => rows.filter((row) => row.field.checked).map((row) => row.option.name) };
}

function optionRow(kind: "radio" | "checkbox", option: Option, checked: boolean) {
  const label = document.createElement("label");
  const field = document.createElement("input");
  const words = document.createElement("span");
  label.className = "option";
  field.type = kind;
  field.autocomplete = "off";
  field.checked = checked;
  // Radio buttons are one group by their name; it is sent nowhere.
  if (kind === "radio") field.name = "option";
  words.textContent = option.label;
  words.id = `option-${option.name}`;
  field.setAttribute("aria-labelledby", words.id);
  label.append(field, words);
  if (option.hint) label.append(hint(field, option));
  return { label, field };
}

function hint(field: HTMLInputElement, option: Option): HTMLElement {
  const words = document.createElement("span");
  words.className = "hint";
  words.id = `hint-${option.name}`;
  words.textContent = option.hint ?? "";
  field.setAttribute("aria-describedby", words.id);
  return words;
}

function keptToThisPage<Field extends HTMLElement>(field: Field, describedBy: string): Field {
  for (const [name, value] of Object.entries(KEPT_TO_THIS_PAGE)) field.setAttribute(name, value);
  field.setAttribute("aria-describedby", describedBy);
  return field;
}
