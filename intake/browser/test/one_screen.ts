/** As much of a page as it takes to lock and send without a browser: every template, slot and sentence is there, empty. */

class Part extends EventTarget {
  readonly dataset: Record<string, string> = {};
  readonly #parts = new Map<string, Part>();
  hidden = false;
  textContent = "";

  get firstElementChild(): Part {
    return this.querySelector("*");
  }

  get content(): Part {
    return this;
  }

  querySelector(selector: string): Part {
    const found = this.#parts.get(selector) ?? new Part();
    this.#parts.set(selector, found);
    return found;
  }

  closest(): Part {
    return this;
  }

  contains(): boolean {
    return true;
  }

  replaceChildren(): void {}
  focus(): void {}
}

const page = new Part();
const shown = page.firstElementChild;
const trouble = shown.querySelector('[data-slot="trouble"]');

/** From now on there is such a page. */
export function openPage(): void {
  const document = {
    documentElement: { lang: "en" },
    getElementById: () => page,
    importNode: () => page,
    querySelectorAll: () => [page],
  };
  const window = Object.assign(new EventTarget(), { setTimeout, clearTimeout, scrollTo: () => {} });
  Object.assign(globalThis, { HTMLElement: Part, HTMLTemplateElement: Part, Element: Part, document, window });
  trouble.hidden = true;
}

/** Presses this button of the screen as soon as it says that there is trouble. */
export async function pressInTrouble(act: string): Promise<void> {
  while (trouble.hidden) await new Promise((later) => setTimeout(later, 1));
  const button = new Part();
  button.dataset["act"] = act;
  const click = Object.assign(new Event("click"), { detail: 1 });
  Object.defineProperty(click, "target", { value: button });
  shown.dispatchEvent(click);
  await new Promise((later) => setTimeout(later, 1));
}
