/** One screen at a time: made from a template of the page, shown, left by one of its buttons. */

/** A fresh copy of the template's one element. */
export function screenFrom(templateId: string): HTMLElement {
  const template = document.getElementById(templateId);
  const made = template instanceof HTMLTemplateElement && document.importNode(template.content, true).firstElementChild;
  if (!(made instanceof HTMLElement)) throw new Error(`no template ${templateId}`);
  return made;
}

/** The place in a screen that the script fills. */
export function slot(screen: ParentNode, name: string): HTMLElement {
  const found = screen.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  if (!found) throw new Error(`no slot ${name}`);
  return found;
}

/** Puts the words there, and shows the place if it was hidden. */
export function say(screen: ParentNode, name: string, words: string): void {
  const place = slot(screen, name);
  place.textContent = words;
  place.hidden = false;
}

/** Replaces what is shown, and moves to the new heading, so that it is read out. */
export function show(screen: HTMLElement): void {
  place().replaceChildren(screen);
  window.scrollTo(0, 0);
  screen.querySelector<HTMLElement>("h1")?.focus();
}

/** Nothing of any screen is left. */
export function clear(): void {
  place().replaceChildren();
}

/** The `data-act` of the next button that is pressed on this screen. */
export function pressed(screen: HTMLElement, stop?: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const listen = (event: MouseEvent) => {
      // The second half of a double press belongs to the screen before.
      if (event.detail > 1) return;
      const button = event.target instanceof Element && event.target.closest<HTMLElement>("button[data-act]");
      if (!button || !screen.contains(button)) return;
      screen.removeEventListener("click", listen);
      resolve(button.dataset["act"] ?? "");
    };
    screen.addEventListener("click", listen, stop ? { signal: stop } : {});
  });
}

/** The button that was pressed, or "again" after so many seconds, or when the device has a line again. */
export async function pressedOrLater(screen: HTMLElement, seconds: number | null): Promise<string> {
  const stop = new AbortController();
  const later = new Promise<string>((resolve) => {
    if (seconds === null) return;
    const again = () => resolve("again");
    const timer = window.setTimeout(again, seconds * 1000);
    window.addEventListener("online", again, { signal: stop.signal });
    stop.signal.addEventListener("abort", () => window.clearTimeout(timer));
  });
  const act = await Promise.race([pressed(screen, stop.signal), later]);
  stop.abort();
  return act;
}

/** Presses the shown screen's button of this name, if it has one. */
export function press(act: string): void {
  place().querySelector<HTMLButtonElement>(`button[data-act="${act}"]`)?.click();
}

/** Whether the shown screen goes back by its own button, or holds what would be lost by leaving. */
export function stays(): boolean {
  return place().querySelector('button[data-act="back"], [data-stay]') !== null;
}

function place(): HTMLElement {
  const found = document.getElementById("screen");
  if (!found) throw new Error("no screen");
  return found;
}
