// The desk's one script: locks by key, and locks when nobody is there, a minute after it has said so. Without it the
// button and the server's clock do.

const lock = document.getElementById("lock");

if (lock) {
  const idleMilliseconds = Number(lock.dataset.idleSeconds) * 1000;
  const tellAfterMilliseconds = Math.min(10_000, idleMilliseconds / 2);
  const warnAfterMilliseconds = Math.max(idleMilliseconds - 60_000, idleMilliseconds / 2);
  const leaving = document.getElementById("leaving");
  const token = lock.elements.namedItem("csrf_token").value;
  let lastUse = Date.now();
  let lastTold = lastUse;

  const isIdle = () => Date.now() - lastUse >= idleMilliseconds;
  const isNearlyIdle = () => Date.now() - lastUse >= warnAfterMilliseconds;

  let locking = false;

  // Once: a second sending would break off the first.
  const lockNow = () => {
    if (locking) return;
    locking = true;
    document.body.hidden = true;
    lock.requestSubmit();
  };

  // Somebody who types asks for no page, so the server is told now and then.
  const noticeUse = () => {
    if (isIdle()) return lockNow(); // the machine slept; the first touch comes before the clock below
    lastUse = Date.now();
    leaving.hidden = true;
    if (lastUse - lastTold < tellAfterMilliseconds) return;
    lastTold = lastUse;
    fetch("/awake", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "error" }).catch(() => {
      document.body.hidden = true;
      location.assign("/");
    });
  };

  const isWriting = (target) => target instanceof HTMLElement && target.matches("input, textarea, select");

  document.addEventListener("keydown", (event) => {
    noticeUse();
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && document.body.dataset.keys !== "off";
    if (isPlain && event.key.toLowerCase() === "l" && !isWriting(event.target)) {
      event.preventDefault();
      lockNow();
    }
  });
  document.addEventListener("pointerdown", noticeUse);
  document.addEventListener("scroll", noticeUse, { passive: true });

  setInterval(() => {
    if (isIdle()) lockNow();
    else if (isNearlyIdle()) leaving.hidden = false;
  }, 1000);
}
