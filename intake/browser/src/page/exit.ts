/** Leaving at once. Without this script, Exit is a plain link; with it, the page is emptied and replaced. */

const LONE_SHIFTS = 3;
const WITHIN = 5_000;

/** Makes Exit, and Shift pressed three times by itself, leave at once; a page that comes back is loaded anew. */
export function armExit(): void {
  const link = document.querySelector<HTMLAnchorElement>("a.exit");
  if (!link) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link.href);
  });
  onLoneShifts(() => leave(link.href));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

/** Runs when the page is left, in whatever way. */
export function onLeaving(wipe: () => void): void {
  window.addEventListener("pagehide", wipe);
}

function leave(where: string): void {
  document.body.replaceChildren();
  document.title = "";
  location.replace(where);
}

/** Shift that is held for another key does not count. */
function onLoneShifts(run: () => void): void {
  let times: number[] = [];
  let alone = false;
  window.addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat;
    if (event.key !== "Shift") times = [];
  });
  window.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    times = [...times, event.timeStamp].filter((time) => event.timeStamp - time < WITHIN);
    if (times.length >= LONE_SHIFTS) run();
  });
}
