"""Somebody who adds files to a few words, and what of it intake then holds."""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, FilePayload, Page, Request, Route
from sqlalchemy import select

from crypto.public.attachments import part_name
from crypto.secret.attachments import parts_joined, unseal_attachments
from crypto.secret.unseal import unseal
from crypto.wire.attachments import Attachments
from crypto.wire.frame import MESSAGE_FRAMES, Frame
from crypto.wire.message import Message
from intake import schema
from intake.store import Look
from tests.serving import TODAY, Served

ARABIC = "صورة من الشارع.jpg"
WITHIN_MS = 60_000
STEP_MS = 50
PARTS = "**/submissions/*/parts/*"
SUBMISSIONS = "**/submissions/**"

Files = Sequence[FilePayload]


def file(name: str, length: int, kind: str = "application/octet-stream") -> FilePayload:
    """A file of bytes that no other file has."""
    return {"name": name, "mimeType": kind, "buffer": random.Random(f"{name} {length}").randbytes(length)}


THREE: Files = (file("empty.txt", 0, "text/plain"), file(ARABIC, 700_000, "image/jpeg"), file("report.pdf", 4_000_000))
PIECES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message as its reader has it, with the bytes of its files."""

    message: Message
    files: Sequence[bytes] = field(repr=False)

    def payloads(self) -> list[FilePayload]:
        """Its files as they were given to the page."""
        assert self.message.attachments is not None
        described = zip(self.message.attachments.files, self.files, strict=True)
        return [{"name": one.name, "mimeType": one.type, "buffer": data} for one, data in described]


class Intake:
    """A running intake, and what is newly held there."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served = served
        self._folder = folder
        self._known = set(self._ids())
        self._staged = self._count()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.served.port}"

    def arrived(self) -> list[Arrived]:
        """What has come since this was made, opened with the keys of the vault `cat`."""
        return [self._opened(submission_id) for submission_id in self._ids() if submission_id not in self._known]

    def staged(self) -> int:
        """How many parts wait for an envelope that have come since then."""
        return self._count() - self._staged

    def _count(self) -> int:
        with self._look() as look:
            return look.count_staged()

    def _ids(self) -> list[bytes]:
        with self._look() as look:
            return [one.id for one in look.waiting(TODAY, 1_000)]

    def _opened(self, submission_id: bytes) -> Arrived:
        with self._look() as look:
            query = select(schema.arrived.c.envelope).where(schema.arrived.c.id == submission_id)
            envelope = look._connection.execute(query).scalar_one()
            seeds = self.served.portal.vaults["cat"].seeds.values()
            message = Message.parse(Frame.parse(unseal(envelope, seeds), MESSAGE_FRAMES).message)
            held = {part.name: look.part(submission_id, part.name) for part in look.parts(submission_id)}
        files = self._files(message.attachments, held) if message.attachments else ()
        return Arrived(message=message, files=files)

    def _files(self, attachments: Attachments, held: Mapping[bytes, bytes | None]) -> Sequence[bytes]:
        portal = self.served.portal.name
        names = [part_name(attachments.seed, portal, at) for at in range(attachments.mebibytes)]
        assert sorted(names) == sorted(held)
        folder = self._folder / hashlib.sha256(attachments.seed).hexdigest()
        paths = unseal_attachments(parts_joined(held[name] or b"" for name in names), attachments, folder)
        return [path.read_bytes() for path in paths]

    @contextmanager
    def _look(self) -> Iterator[Look]:
        store = self.served.store()
        try:
            with store.look() as look:
                yield look
        finally:
            store.close()


class Sender:
    """A person who writes a few words and adds files."""

    def __init__(self, page: Page, address: str, language: str = "en") -> None:
        self.page = page
        self._address = f"{address}/{language}/write"
        self.submissions: list[Request] = []
        page.on("request", self._note)

    @property
    def parts(self) -> list[str]:
        """The addresses of the parts that were sent, each as often as it was."""
        return [request.url for request in self.submissions if "/parts/" in request.url]

    def _note(self, request: Request) -> None:
        if "/submissions/" in request.url:
            self.submissions.append(request)

    def reach_files(self, words: str = "A few words.", committee: int = 1) -> None:
        """Walks to the question whether there are files."""
        self.page.goto(self._address)
        self.page.get_by_role("checkbox").nth(committee - 1).check()
        self.press("continue")
        self.page.locator("#screen textarea").fill(words)
        self.press("continue")
        for _ in range(4):
            self.press("skip")

    def choose(self, files: Files | Sequence[Path]) -> None:
        """Says that there are files, and chooses these."""
        self.press("continue")
        self.give(files)

    def give(self, files: Files | Sequence[Path]) -> None:
        """Adds these to the list."""
        self.page.locator("input[type=file]").set_input_files(files)

    def begin(self, files: Files = THREE) -> None:
        """Everything up to pressing Send, which is done too."""
        self.reach_files()
        self.choose(files)
        self.press("continue")
        self.press("continue")

    def press(self, act: str) -> None:
        """Presses the button that is seen."""
        self.page.locator(f"#screen button[data-act={act}]:visible").first.click()

    def finish(self) -> str:
        """Waits for the number, and gives it."""
        groups = self.page.locator("[data-slot=digits] li")
        groups.first.wait_for(timeout=WITHIN_MS)
        return " ".join(groups.all_inner_texts())


def at_part(page: Page, number: int, act: Callable[[Route], object]) -> None:
    """Does this with the request for the part of this number, counted from 1; the others go through."""
    count = 0

    def handle(route: Route) -> None:
        nonlocal count
        count += 1
        if count == number:
            act(route)
        else:
            route.continue_()

    page.route(PARTS, handle)


class Held:
    """The request for the part of this number, kept back until it is let go."""

    def __init__(self, page: Page, number: int) -> None:
        self._page = page
        self._routes: list[Route] = []
        at_part(page, number, lambda route: self._routes.append(route))

    def wait(self) -> None:
        """Until the page asks."""
        for _ in range(WITHIN_MS // STEP_MS):
            if self._routes:
                return
            self._page.wait_for_timeout(STEP_MS)
        raise TimeoutError("no such part")

    def let_go(self) -> None:
        """On its way, unless the page has given it up."""
        with suppress(Error):
            self._routes.pop().continue_()


def refuse(code: str, status: int = 409) -> Callable[[Route], None]:
    """Answers like intake when it refuses."""
    body = f'{{"type":"about:blank","title":"{code}","status":{status},"code":"{code}"}}'
    return lambda route: route.fulfill(status=status, body=body, content_type="application/problem+json")
