"""The keeper: the one process that holds an open vault, its key and its seeds (`python -m review.keeper`).

It answers the requests of `review.actions` on its standard input and nothing else, knows no network and no page, and
ends with its pipe. Locking a vault is ending this process.
"""

import sys
from pathlib import Path
from typing import IO, Any

from crypto.errors import CryptoError, FormatError
from crypto.sign.sign import signing_key
from crypto.wire.fields import is_name
from review import journal
from review.actions import ACTIONS, Answer
from review.attached import sweep
from review.faults import place_of
from review.hardening import harden
from review.judging import judge_again
from review.pipe import PipeClosedError, Request, receive, refusal, send
from review.refusals import Refused
from review.store import Store
from review.vault import Vault, create, open_vault
from review.views import belief_of

_MOST_TEXT = 4_096

# Refusals of these actions are events that the vault remembers.
_REMEMBERED: dict[str, journal.What] = {
    "take": "file-refused",
    "try_reply": "reply-refused",
    "reply": "reply-refused",
    "save_files": "files-refused",
}


class Keeper:
    """Opens one vault, once, and then answers about it."""

    def __init__(self) -> None:
        self._vault: Vault | None = None

    def answer(self, value: dict[str, Any]) -> Answer:
        """The answer to one request; every refusal is an answer too."""
        try:
            request = Request.parse(value)
            if self._vault is None:
                self._vault = _open(request)
                return {"ok": {}}
            return {"ok": _act(self._vault, request)}
        except Refused as refused:
            return refusal(refused)
        except CryptoError:
            return refusal(Refused("not-understood"))
        except Exception as error:
            # The edge of the process: what broke is told by kind and place, for its text may hold words of a case.
            return refusal(Refused("broken", where=place_of(error)))


def serve(source: IO[bytes], out: IO[bytes]) -> None:
    """Answers until the other side is gone."""
    keeper = Keeper()
    try:
        while True:
            _say(out, keeper.answer(receive(source)))
    except PipeClosedError:
        return


def _say(out: IO[bytes], answer: Answer) -> None:
    try:
        send(out, answer)
    except Refused as refused:
        send(out, refusal(refused))


def _open(request: Request) -> Vault:
    if request.action not in ("create", "open"):
        raise FormatError("no vault is open")
    given = request.given
    station, name = Path(given.text("station", most=_MOST_TEXT)), given.text("vault", most=32, rule=is_name)
    passphrase = given.text("passphrase", most=_MOST_TEXT)
    given.end()
    vault = (create if request.action == "create" else open_vault)(station, name, passphrase)
    sweep(station)
    with vault.transaction() as connection:
        store = Store(connection)
        if request.action == "create":
            store.add_own(name, signing_key())
        store.note("vault-made" if request.action == "create" else "vault-opened", name, request.day)
        if store.own().believed is not None:
            judge_again(store, belief_of(store, request.day), request.day)
    return vault


def _act(vault: Vault, request: Request) -> Answer:
    if request.action not in ACTIONS:
        raise FormatError("unknown action")
    try:
        with vault.transaction() as connection:
            return ACTIONS[request.action](Store(connection), request.given, request.day)
    except Refused as refused:
        if request.action in _REMEMBERED:
            with vault.transaction() as connection:
                Store(connection).note(_REMEMBERED[request.action], refused.code, request.day)
        raise


def main() -> None:
    """Hardens the process first: the next line that arrives holds a passphrase."""
    harden()
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
