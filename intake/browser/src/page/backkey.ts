/**
 * The browser's own Back goes one screen back, instead of losing what was written.
 *
 * The history gets one empty entry for the same address; nothing of the screens is in it. It is made with the first press
 * on a screen, since browsers pass over entries that no press of the person has made.
 */

import { press, stays } from "./screens.ts";

export function guardBack(): void {
  const guard = () => history.pushState(null, "");
  document.getElementById("screen")?.addEventListener("click", guard, { once: true });
  window.addEventListener("popstate", () => {
    if (!stays()) return history.back();
    guard();
    press("back");
  });
}
