// Keys for those who want them: they move, search and show their own list. Nothing needs them, and they can be off.

const keys = document.getElementById("keys");

if (keys) {
  const isOn = document.body.dataset.keys !== "off";
  const opener = document.getElementById("show-keys");
  const show = () => {
    if (!keys.open) keys.showModal();
  };

  opener.hidden = false;
  opener.addEventListener("click", show);

  const isWriting = (target) => target instanceof HTMLElement && target.matches("input, textarea, select");
  const listed = () =>
    [...document.querySelectorAll("[data-list] a")].filter((link) => link.checkVisibility?.() ?? link.offsetParent);

  // From the link that has the focus; else from the case that is shown; else from before the first. It stays at the ends.
  const move = (step) => {
    const links = listed();
    const focused = links.indexOf(document.activeElement);
    const here = focused >= 0 ? focused : links.findIndex((link) => link.getAttribute("aria-current") === "page");
    links[Math.min(Math.max(here + step, 0), links.length - 1)]?.focus();
  };

  const search = () => document.querySelector("[data-search]")?.focus();

  const does = { "?": show, "/": search, j: () => move(1), k: () => move(-1) };

  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!isOn || !isPlain || keys.open || isWriting(event.target) || !(event.key in does)) return;
    event.preventDefault(); // else the "/" would stand in the field that it has just found
    does[event.key]();
  });
}
