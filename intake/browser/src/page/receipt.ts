/** Shows the receipt, once; and the empty page after it. */

import { formatDigits } from "../wire/receipt.ts";
import { pressed, screenFrom, show, slot } from "./screens.ts";

/** Until the person has kept it. The caller wipes the receipt. */
export async function showReceipt(receipt: Uint8Array): Promise<void> {
  const screen = screenFrom("receipt");
  const groups = formatDigits(receipt).split(" ");
  const rows = groups.map((group) => {
    const row = document.createElement("li");
    const digits = document.createElement("bdi");
    digits.dir = "ltr";
    digits.textContent = group;
    row.append(digits);
    return row;
  });
  slot(screen, "digits").append(...rows);
  show(screen);
  await pressed(screen);
}

/** Nothing is left on the page. */
export function showCleared(): void {
  show(screenFrom("cleared"));
}
