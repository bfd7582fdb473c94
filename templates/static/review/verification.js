// Keeps the draft of a verification record in the vault while somebody writes. Without it the button does.

const form = document.getElementById("record");

if (form) {
  const restMilliseconds = 1_500;
  const againMilliseconds = 5_000;
  const mostBeforeLockMilliseconds = 1_000;
  // Browsers let no more than 64 KiB outlive the page; what is longer is sent all the same.
  const mostOutliving = 60_000;
  const mostDrawn = 2 ** 20;
  const kept = document.getElementById("kept");
  const counter = form.elements.namedItem("counter");
  let isDirty = false;
  let hasStopped = form.hasAttribute("data-differs");
  let isSubmitted = false;
  let sending = null;
  // Where the draft that is on its way will stand, and only it: another tab draws another number.
  let next = 0;
  let timer = 0;

  const word = (name) => form.querySelector(`[data-word="${name}"]`).textContent;
  const say = (words, isFailing = false) => {
    if (kept.textContent !== words) kept.textContent = words;
    kept.classList.toggle("failing", isFailing);
  };

  const send = async (from = Number(counter.value)) => {
    const body = new URLSearchParams(new FormData(form));
    next = from + 1 + (crypto.getRandomValues(new Uint32Array(1))[0] % mostDrawn);
    body.set("counter", from);
    body.set("next", next);
    isDirty = false;
    say(word("keeping"));
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body,
        redirect: "error",
        keepalive: body.toString().length < mostOutliving,
      });
      const said = await answer.json();
      if (answer.ok) {
        counter.value = said.counter;
        say(word(isDirty ? "waiting" : "kept"));
      } else {
        hasStopped = said.differs;
        say(hasStopped ? `${said.refused} ${word("differs")}` : said.refused, true);
      }
    } catch {
      isDirty = true;
      say(word("broken"), true);
      keepLater(againMilliseconds);
    }
  };

  // One at a time: each starts from what the one before has kept.
  const keep = () => {
    clearTimeout(timer);
    if (!isDirty || hasStopped || isSubmitted) return;
    if (sending) return keepLater(restMilliseconds);
    sending = send().finally(() => {
      sending = null;
    });
  };

  const keepLater = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(keep, milliseconds);
  };

  form.addEventListener("input", () => {
    if (hasStopped) return;
    isDirty = true;
    if (!sending) say(word("waiting"));
    keepLater(restMilliseconds);
  });
  // Who leaves a field may be about to leave the page, or to lock.
  form.addEventListener("change", keep);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
  addEventListener("pagehide", () => {
    if (isDirty && !hasStopped && !isSubmitted) send(sending ? next : undefined);
  });

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    const button = event.submitter;
    if (isSubmitted) {
      event.preventDefault();
    } else if (sending) {
      event.preventDefault();
      sending.then(() => form.requestSubmit(button));
    } else if (button?.id === "keep" && !hasStopped) {
      event.preventDefault();
      isDirty = true;
      keep();
    } else {
      isSubmitted = true;
    }
  });

  // The page is blank at once; the vault closes when it has what was typed, or after a second.
  const lock = document.getElementById("lock");
  lock?.addEventListener("submit", (event) => {
    if (!sending && (!isDirty || hasStopped)) return;
    event.preventDefault();
    document.body.hidden = true;
    clearTimeout(timer);
    const isKept = (sending ?? Promise.resolve()).then(() => isDirty && !hasStopped && send());
    const isOver = new Promise((resolve) => setTimeout(resolve, mostBeforeLockMilliseconds));
    Promise.race([isKept, isOver]).finally(() => {
      isSubmitted = true;
      lock.submit();
    });
  });

  // A page that comes back from the browser's memory can be sent again.
  addEventListener("pageshow", () => {
    isSubmitted = false;
  });

  document.getElementById("faults")?.focus();
}
