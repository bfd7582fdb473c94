"""The browser's code as a process that tests ask: the twin of `crypto` in TypeScript (intake/browser/test/twin.ts)."""

import fcntl
import json
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

BROWSER = Path(__file__).parents[1] / "intake" / "browser"
CACHE = BROWSER / "node_modules" / ".cache"
SCRIPT = CACHE / "twin.mjs"


class TwinMissing(Exception):
    """There is no Node, or the libraries of the page are not installed: `make browser` installs them."""


class Refused(Exception):
    """The browser's code refused, as it should refuse: `code` is that of its `CryptoError`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Broken(Exception):
    """The browser's code failed in a way that it must not: a fault to be mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Parts of 1 MiB by their names (16 bytes), in order, and the JSON text of a message's `attachments`."""

    parts: Mapping[bytes, bytes]
    attachments: str


class Twin:
    """One process of Node, asked by one caller at a time. What the code refuses is raised as `Refused`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        node = _built()
        command = [node, "--enable-source-maps", str(SCRIPT)]
        self._process = subprocess.Popen(
            command, cwd=BROWSER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.communicate(timeout=30)
        self._process = None

    def seal(self, plaintext: bytes, recipients: Sequence[bytes]) -> bytes:
        """An age file to 1 to 20 keys (1,216 bytes each)."""
        return _bytes(self._ask("seal", plaintext=_text(plaintext), recipients=[_text(key) for key in recipients]))

    def open(self, file: bytes, seed: bytes) -> bytes:
        """The plaintext of an age file, with a seed of 32 bytes."""
        return _bytes(self._ask("open", file=_text(file), seed=_text(seed)))

    def envelope(self, frame: bytes, keys: Sequence[bytes]) -> bytes:
        """A message frame, sealed to 1 to 16 vaults."""
        return _bytes(self._ask("envelope", frame=_text(frame), keys=[_text(key) for key in keys]))

    def slot(self, plaintext: bytes, recipient: bytes) -> bytes:
        """8,192 bytes, sealed to one key."""
        return _bytes(self._ask("slot", plaintext=_text(plaintext), recipient=_text(recipient)))

    def attach(self, portal: str, files: Sequence[tuple[str, str, bytes]]) -> Attached:
        """Files (name, media type, bytes) as the one stream beside a message."""
        carried = [{"name": name, "type": type_, "data": _text(data)} for name, type_, data in files]
        answer = self._ask("attach", portal=portal, files=carried)
        parts = {_bytes(name): _bytes(data) for name, data in answer["parts"].items()}
        return Attached(parts=parts, attachments=answer["attachments"])

    def parse(self, parser: str, data: bytes) -> bytes:
        """What the twin writes for the value that it read, empty where it has no encoder (test/parsers.ts)."""
        return _bytes(self._ask("parse", parser=parser, data=_text(data)))

    def parse_many(self, parser: str, inputs: Sequence[bytes]) -> list[str]:
        """For each input `ok`, the code of the refusal, or `broken` and words."""
        verdicts: list[str] = self._ask("parse-many", parser=parser, data=[_text(data) for data in inputs])
        return verdicts

    def _ask(self, op: str, **members: object) -> Any:
        if not self._process or not self._process.stdin or not self._process.stdout:
            raise TwinMissing("the twin was not started")
        self._process.stdin.write(json.dumps({"op": op, **members}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Broken("the twin ended")
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"])
        if "broken" in answer:
            raise Broken(answer["broken"])
        return answer["ok"]


def _built() -> str:
    """Node's path, after the script was found to be there and not older than its sources, or was made."""
    node = shutil.which("node")
    if node is None:
        raise TwinMissing("node is not installed")
    if not (BROWSER / "node_modules" / "esbuild").is_dir():
        raise TwinMissing("the page's libraries are not installed: make browser")
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "twin.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _current():
            _build(node)
    return node


def _build(node: str) -> None:
    done = subprocess.run([node, "tools/twin.mjs"], cwd=BROWSER, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise TwinMissing(f"the twin cannot be built: {done.stderr}")


def _current() -> bool:
    if not SCRIPT.exists():
        return False
    sources = [path for folder in ("src", "test", "tools") for path in (BROWSER / folder).rglob("*.*")]
    made = SCRIPT.stat().st_mtime
    return all(path.stat().st_mtime <= made for path in [*sources, BROWSER / "package-lock.json"])


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)
