"""People who send as the page does: the very same bytes again until they are stored."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from time import sleep

from crypto.wire.fields import from_base64url, to_base64url
from tests.kills.ledger import Ledger, Promise, now
from tests.kills.sealed import Desk, Sealed
from tests.serving import TODAY

_PATIENCE_SECONDS = 120
_COME_AGAIN = ("too-many", "unavailable")
"""Codes after which a page waits and tries the same again; every other but 204 is a fault here."""


@dataclass(slots=True, kw_only=True, eq=False)
class Submitter:
    """One person; `number` tells what is theirs, `people` how many there are."""

    number: int
    people: int
    port: int
    desk: Desk
    ledger: Ledger
    pause_seconds: float
    dice: random.Random
    _own: list[tuple[Sealed, Promise]] = field(default_factory=list)

    def run(self) -> None:
        """Until it is over; what was begun is finished. The body of a thread."""
        try:
            took = 0.0
            for turn in count():
                if self.ledger.over.wait(self.dice.uniform(0, 2 * self.pause_seconds) + took):
                    return
                began = now()
                self._visit(self.desk.seal(turn * self.people + self.number))
                took = now() - began  # on a machine that is busy with other things, people come less often
        except Exception as error:
            self.ledger.fault(f"submitter {self.number} ended: {error!r}")
            raise

    def _visit(self, sealed: Sealed) -> None:
        """Most send all of it. Some think better of it halfway, or never come back; some delete an earlier one."""
        chance = self.dice.random()
        promise = self.stage(sealed)
        if not sealed.parts or chance > 0.1:
            self.submit(sealed, promise)
            self._own.append((sealed, promise))
        elif chance > 0.03:
            self.delete(sealed, promise)
        if chance > 0.95:
            self._until_done(f"envelope {sealed.number} again", lambda: self._put(sealed))
        if self._own and 0.8 < chance <= 0.95:
            self.delete(*self._own.pop(self.dice.randrange(len(self._own))))
        del self._own[:-4]

    def stage(self, sealed: Sealed) -> Promise:
        """Its parts."""
        promise = sealed.promise()
        self.ledger.promise(promise)
        for name in sealed.parts:
            self._stage(sealed, promise, name)
        return promise

    def submit(self, sealed: Sealed, promise: Promise) -> None:
        """Its envelope."""
        self._until_done(f"envelope {sealed.number}", lambda: self._put(sealed))
        promise.stored = now()
        self.ledger.count("stored")

    def _stage(self, sealed: Sealed, promise: Promise, name: bytes) -> None:
        path = f"/submissions/{to_base64url(sealed.id)}/parts"
        part = f"{path}/{to_base64url(name)}"
        self._until_done(f"a part of {sealed.number}", lambda: self._ask("PUT", part, sealed.parts[name], {}))
        promise.staged.add(name)
        self.ledger.count("parts")
        if self.dice.random() < 0.5:
            self._until_done(f"the list of {sealed.number}", lambda: self._find_staged(path, promise))

    def _find_staged(self, path: str, promise: Promise) -> tuple[int, bytes]:
        """What was answered with 204 is on the list, and nothing else."""
        status, body = self._ask("GET", path, None, {})
        if status != 200:
            return status, body
        names = [from_base64url(name, 16) for name in json.loads(body)["parts"]]
        if names != sorted(promise.staged):
            self.ledger.fault(f"{len(names)} parts of {promise.number} are listed, {len(promise.staged)} were stored")
        return 204, b""

    def delete(self, sealed: Sealed, promise: Promise) -> None:
        """Whatever is there of it."""
        promise.unwanted = now()
        self._until_done(
            f"deleting {sealed.number}", lambda: self._ask("POST", "/submissions/delete", sealed.token, {})
        )
        promise.deleted = now()
        self.ledger.count("deleted")

    def _put(self, sealed: Sealed) -> tuple[int, bytes]:
        return self._ask("PUT", f"/submissions/{to_base64url(sealed.id)}", sealed.envelope, headers_of(sealed))

    def _until_done(self, what: str, ask: Callable[[], tuple[int, bytes]]) -> None:
        """Again, until the answer is 204; an answer that a page cannot mend by waiting is a fault."""
        until = now() + _PATIENCE_SECONDS
        while True:
            try:
                status, body = ask()
            except (OSError, HTTPException):
                self.ledger.count("lines lost")
            else:
                if status == 204:
                    return
                if (code := _code(body)) not in _COME_AGAIN:
                    self.ledger.fault(f"{what}: {status} {code}")
                self.ledger.count(f"answers {status} {code}")
            if now() > until:
                raise TimeoutError(f"{what}: never stored")
            sleep(self.dice.uniform(0.05, 0.3))

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        return ask(self.port, method, path, body, headers)


def ask(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of the answer to one request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def headers_of(sealed: Sealed) -> dict[str, str]:
    """What a page sends along with an envelope."""
    return {"Parts": str(len(sealed.parts)), "Directory": "1", "Epoch": TODAY[:7]}


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "no problem document"
