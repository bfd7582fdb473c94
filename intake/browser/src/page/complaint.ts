/** What is wrong with an answer, said beside its field and read out. */

import { slot } from "./screens.ts";

const ID = "error";

/** Shows the words above the field, or another slot with fields, and goes there. */
export function complain(screen: HTMLElement, words: string, where = "field"): void {
  settle(screen);
  const complaint = document.createElement("p");
  complaint.id = ID;
  complaint.className = "error";
  complaint.setAttribute("role", "alert");
  complaint.textContent = words;
  slot(screen, where).before(complaint);
  const field = slot(screen, where).querySelector<HTMLElement>("textarea, input");
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${ID} ${field.getAttribute("aria-describedby") ?? ""}`);
  field.focus({ preventScroll: true });
  complaint.scrollIntoView({ block: "nearest" });
}

/** Takes an earlier complaint back. */
export function settle(screen: HTMLElement): void {
  document.getElementById(ID)?.remove();
  const field = screen.querySelector("[aria-invalid]");
  field?.removeAttribute("aria-invalid");
  field?.setAttribute("aria-describedby", (field.getAttribute("aria-describedby") ?? "").replace(`${ID} `, ""));
}
