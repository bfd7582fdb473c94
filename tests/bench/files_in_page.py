"""25 MB in the form, in Chromium: how fast they are sealed beside the bare library, how fast sent, in what memory."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from deploy.rehearsal import Rehearsal
from deploy.serving import choose_port, server
from tests.bench.figure import Figure
from tests.bench.unwatched import Tab, growing, unwatched
from tests.journey.looks import looking

SIZE = 25_000_000
MANY = 25
ROUNDS = 5
_BROWSER = Path(__file__).resolve().parents[2] / "intake/browser"
_BUNDLE_WITHIN_SECONDS = 60
_QUIET_SECONDS = 3

# Takes each part as if it was stored at once; gives milliseconds, the start of the Workers among them.
_OURS = """
import { MLKEM768X25519 } from "BROWSER/node_modules/@noble/post-quantum/hybrid.js";
import { sealInWorker } from "BROWSER/src/page/sealer.ts";
import { recipientText } from "BROWSER/src/public/keys.ts";
import { randomBytes } from "BROWSER/src/public/random.ts";

globalThis.newRecipient = () => recipientText(MLKEM768X25519.getPublicKey(randomBytes(32)));
globalThis.sealAsForm = async (files) => {
  const began = performance.now();
  const sealer = sealInWorker("bench", files);
  let length = 0;
  for (let next = await sealer.next(); !next.done; next = await sealer.next(next.value.data)) {
    length += next.value.data.length;
  }
  const elapsed = performance.now() - began;
  sealer.stop();
  if (length < files.reduce((sum, file) => sum + file.size, 0)) throw new Error("not everything was sealed");
  return elapsed;
};
"""
# Nothing but the library, in a Worker too.
_BARE = """
import { Encrypter } from "BROWSER/node_modules/age-encryption/dist/index.js";

self.onmessage = async ({ data: { recipient, file } }) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const reader = (await encrypter.encrypt(file.stream())).getReader();
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.length;
  self.postMessage(length);
};
"""
# One file, and the same bytes as files of which each is short enough to be hashed at once.
_FILES = """([size, many]) => {
  const pieces = [];
  for (let left = size; left > 0; left -= 65536) {
    pieces.push(crypto.getRandomValues(new Uint8Array(Math.min(left, 65536))));
  }
  window.theFile = new File(pieces, "a.bin");
  window.manyFiles = Array.from({ length: many }, (_, at) => {
    const piece = theFile.slice((at * size) / many, ((at + 1) * size) / many);
    return new File([piece], `${at}.bin`);
  });
}"""
_SEAL_BARE = """async (source) => {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const recipient = newRecipient();
  const began = performance.now();
  const worker = new Worker(address);
  const length = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => reject(new Error("the bare library did not seal"));
    worker.postMessage({ recipient, file: theFile });
  });
  const elapsed = performance.now() - began;
  worker.terminate();
  URL.revokeObjectURL(address);
  if (length < theFile.size) throw new Error("not everything was sealed");
  return elapsed;
}"""

# A person's way to the question for files, and then through the rest, for a page that no test tool looks at.
_TO_THE_FILES = """(async () => {
  const pause = (time) => new Promise((later) => setTimeout(later, time));
  window.there = async (selector) => {
    for (;;) {
      const found = [...document.querySelectorAll(selector)].find((one) => one.getClientRects().length > 0);
      if (found) return found;
      await pause(5);
    }
  };
  window.press = async (act) => {
    (await there(`#screen button[data-act=${act}]`)).click();
    await pause(200);
  };
  (await there("fieldset.options input")).click();
  await press("continue");
  const field = await there("#screen textarea");
  field.value = "A few words.";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await press("continue");
  for (let question = 0; question < 4; question++) await press("skip");
  await press("continue");
  while (!document.querySelector("input[type=file]")) await pause(5);
})()"""
_SEND = """(async () => {
  await there("#screen .files li");
  await press("continue");
  const began = performance.now();
  await press("continue");
  await there("[data-slot=digits] li");
  const parts = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/parts/"));
  if (parts.length !== 24) throw new Error(`${parts.length} parts were sent`);
  return Math.max(...parts.map((part) => part.responseEnd)) - began;
})()"""


def measure(rehearsal: Rehearsal, browser: Browser) -> list[Figure]:
    """Against one running intake; `browser` for the race, one that nobody watches for the rest."""
    port = choose_port(0)
    with server(rehearsal.commands, port, "intake", "serve", rehearsal.intake, "--port", port):
        form = f"http://127.0.0.1:{port}/en/write"
        with looking(browser) as page:
            page.goto(form)
            page.wait_for_load_state("networkidle")
            ours, many, bare = race(page)
        speed, grown = _sending(form)
    what = "25 MB in the page"
    return [
        Figure(metric=f"seal {what}", value=ours, unit="MB/s", better="higher", peer=f"bare library {bare:,.3g} MB/s"),
        Figure(
            metric=f"seal {what}, one file, beside bare", value=_share(ours, bare), unit="%", target=80, better="higher"
        ),
        Figure(
            metric=f"seal {what}, {MANY} files, beside bare",
            value=_share(many, bare),
            unit="%",
            target=80,
            better="higher",
        ),
        Figure(metric=f"seal and send {what}, intake beside it", value=speed, unit="MB/s", better="higher"),
        Figure(metric=f"memory of all of Chromium for {what}", value=grown / 1e6, unit="MB", target=60),
    ]


def race(page: Page) -> tuple[float, float, float]:
    """Median speeds in MB/s, ours for one file and for many, and the bare library's for the one: turn by turn, in one
    page, which is the form's."""
    page.evaluate(bundled(_OURS))
    page.evaluate(_FILES, [SIZE, MANY])
    source = bundled(_BARE)
    turns = (("() => sealAsForm([theFile])",), ("() => sealAsForm(manyFiles)",), (_SEAL_BARE, source))
    rounds = [[page.evaluate(*turn) for turn in turns] for _ in range(ROUNDS)]
    one, many, bare = (
        statistics.median(SIZE / 1e3 / elapsed for elapsed in times) for times in zip(*rounds, strict=True)
    )
    return one, many, bare


def _share(ours: float, bare: float) -> float:
    """In percent."""
    return 100 * ours / bare


def bundled(entry: str) -> str:
    """The script that the build would make of this module."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "entry.ts"
        module.write_text(entry.replace("BROWSER", str(_BROWSER)))
        path = json.dumps(str(module))
        code = f"import {{ bundle }} from './tools/bundle.mjs'; process.stdout.write(await bundle({path}));"
        run = ["node", "--input-type=module", "--eval", code]
        made = subprocess.run(run, cwd=_BROWSER, check=True, capture_output=True, timeout=_BUNDLE_WITHIN_SECONDS)
    return made.stdout.decode()


def _sending(form: str) -> tuple[float, int]:
    """MB/s from pressing Send to the last part stored; bytes that all processes of the browser took more, at most.

    One sending for each, since to look at memory takes time.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        file = folder / "a.bin"
        file.write_bytes(os.urandom(SIZE))
        with unwatched(folder / "first", form) as tab:
            _reach_files(tab, file)
            elapsed = float(tab.run(_SEND))
        with unwatched(folder / "second", form) as tab, growing(tab.process) as growth:
            _reach_files(tab, file, settled=growth.begin)
            tab.run(_SEND)
    return SIZE / 1e3 / elapsed, growth.most


def _reach_files(tab: Tab, file: Path, settled: Callable[[], None] = lambda: None) -> None:
    """As far as the file in the list; `settled` is called before it is chosen."""
    tab.run(_TO_THE_FILES)
    time.sleep(_QUIET_SECONDS)
    settled()
    tab.give("input[type=file]", file)
