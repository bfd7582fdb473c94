"""The keeper: the one process that holds an open vault, its key and its seeds (`python -m review.keeper`).

It answers the requests of `review.actions` on its standard input and nothing else, knows no network and no page, and
ends with its pipe. Locking a vault is ending this process.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from crypto.errors import CryptoError, FormatError
from crypto.sign.sign import signing_key
from crypto.wire.fields import Members, is_name
from review import changing, journal
from review.actions import ACTIONS, TELLING_ACTIONS, WHOLE_ACTIONS, Answer, Tell
from review.anchor import Outside
from review.anchoring import anchor_of, compare, remember
from review.attached import sweep
from review.durable import FolderTakenError, sweep_scratch
from review.faults import place_of
from review.hardening import harden
from review.header import header_bytes
from review.judging import judge_again
from review.passphrase import PROFILES
from review.pipe import PipeClosedError, Request, receive, refusal, send, so_far
from review.refusals import Refused
from review.store import Store
from review.strength import check_strength
from review.vault import Vault, create, open_vault
from review.views import belief_of

_MOST_TEXT = 4_096

# Refusals of these actions are events that the vault remembers.
_REMEMBERED: dict[str, journal.What] = {
    "take": "file-refused",
    "try_reply": "reply-refused",
    "reply": "reply-refused",
    "save_files": "files-refused",
    "try_consent": "consent-refused",
    "ask_consent": "consent-refused",
    "write_consent": "consent-refused",
    "hand_out": "text-refused",
    "handed_out": "text-refused",
    "write_backup": "backup-refused",
    "verify_backup": "backup-refused",
    "change_passphrase": "passphrase-refused",
    "set_key_file": "keyfile-refused",
    "remove_key_file": "keyfile-refused",
    "finish_verification": "verification-refused",
    "export_journal": "journal-refused",
}


class Keeper:
    """Opens one vault, once, and then answers about it; `tell` hears how far long work is."""

    def __init__(self, tell: Tell = lambda _done: None) -> None:
        self._tell = tell
        self._vault: Vault | None = None
        self._outside: Outside = "new"
        self._remembered = 0

    def answer(self, value: dict[str, Any]) -> Answer:
        """The answer to one request; every refusal is an answer too."""
        try:
            request = Request.parse(value)
            return {"ok": self._begin(request) if self._vault is None else self._act(self._vault, request)}
        except Refused as refused:
            return refusal(refused)
        except CryptoError:
            return refusal(Refused("not-understood"))
        except FolderTakenError:
            return refusal(Refused("station-busy"))
        except Exception as error:
            # The edge of the process: what broke is told by kind and place, for its text may hold words of a case.
            return refusal(Refused("broken", where=place_of(error)))

    def _begin(self, request: Request) -> Answer:
        """Opens the vault that it keeps from now on; or does what needs a process of its own, and keeps none."""
        if request.action in ("create", "open"):
            is_new = request.action == "create"
            vault = _create(request.given, request.day) if is_new else _open(request.given)
            self._arrive(vault, is_new=is_new, day=request.day)
            self._vault = vault
            return {"outside": self._outside}
        if request.action in _ELSEWHERE:
            return _ELSEWHERE[request.action](request.given, request.day)
        raise FormatError("no vault is open")

    def _arrive(self, vault: Vault, *, is_new: bool, day: str) -> None:
        sweep(vault.station)
        sweep_scratch(vault.station)
        with self._work(vault) as store:
            if not is_new:
                self._outside = compare(store, vault, day)
                store.note("vault-opened", vault.name, day)
            store.bring_index()
            if store.own().believed is not None:
                judge_again(store, belief_of(store, day), day)

    def _act(self, vault: Vault, request: Request) -> Answer:
        try:
            if request.action in WHOLE_ACTIONS:
                return self._act_on_whole(vault, request)
            if request.action in TELLING_ACTIONS:
                with self._work(vault) as store:
                    return TELLING_ACTIONS[request.action](store, request.given, request.day, self._tell)
            if request.action not in ACTIONS:
                raise FormatError("unknown action")
            with self._work(vault) as store:
                return ACTIONS[request.action](store, request.given, request.day)
        except Refused as refused:
            if request.action in _REMEMBERED and refused.code not in ("keeper-gone", "keys-moved"):
                with self._work(vault) as store:
                    store.note(_REMEMBERED[request.action], refused.code, request.day)
            raise

    def _act_on_whole(self, vault: Vault, request: Request) -> Answer:
        """What ends badly after the small file was exchanged is refused with `keys-moved`: all is not as before."""
        before = header_bytes(vault.path)
        try:
            self._vault, answer = WHOLE_ACTIONS[request.action](vault, request.given, request.day)
            with self._work(self._vault):
                return answer
        except Exception:
            if header_bytes(vault.path) != before:
                raise Refused("keys-moved", vault=vault.name) from None
            raise

    @contextmanager
    def _work(self, vault: Vault) -> Iterator[Store]:
        """One transaction; afterwards the station remembers the journal's new end.

        Not of a vault that is older than the station remembers: that stays visible until it is restored.
        """
        with vault.transaction() as connection:
            store = Store(connection)
            yield store
            anchor = anchor_of(store)
        if self._outside != "older" and anchor.n != self._remembered:
            remember(vault, anchor)
            self._remembered = anchor.n


def serve(source: IO[bytes], out: IO[bytes]) -> None:
    """Answers until the other side is gone."""
    keeper = Keeper(lambda done: send(out, so_far(done)))
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


def _create(given: Members, day: str) -> Vault:
    """The vault with its signing key, the first entry of its journal, and the anchor of that, all at once."""
    (station, name, passphrase, _), profile = _place(given), given.choice("profile", tuple(PROFILES))
    given.end()
    check_strength(passphrase, name)

    def fill(connection: Connection) -> bytes:
        store = Store(connection)
        store.add_own(name, signing_key())
        store.note("vault-made", name, day)
        return anchor_of(store).encode()

    return create(station, name, passphrase, profile, fill)


def _open(given: Members) -> Vault:
    station, name, passphrase, key_file = _place(given)
    given.end()
    return open_vault(station, name, passphrase, key_file)


def _examine(given: Members, _day: str) -> Answer:
    """What the vault of a backup says of itself."""
    (station, _name, passphrase, key_file), file = _place(given), Path(given.text("file", most=_MOST_TEXT))
    given.end()
    return {"facts": changing.examine(file, station, passphrase, key_file)}


def _restore(given: Members, day: str) -> Answer:
    """The vault of a backup, in this station from now on."""
    (station, _name, passphrase, key_file), file = _place(given), Path(given.text("file", most=_MOST_TEXT))
    given.end()
    return {"vault": changing.restore(file, station, passphrase, day, key_file)}


def _place(given: Members) -> tuple[Path, str, str, Path | None]:
    """Station, name of the vault, passphrase, and where the key file lies, if anywhere."""
    station, name = Path(given.text("station", most=_MOST_TEXT)), given.text("vault", most=32, rule=is_name)
    passphrase, key_file = given.text("passphrase", most=_MOST_TEXT), given.text("key_file", most=_MOST_TEXT)
    return station, name, passphrase, Path(key_file) if key_file else None


_ELSEWHERE: dict[str, Callable[[Members, str], Answer]] = {"examine": _examine, "restore": _restore}


def main() -> None:
    """Hardens the process first: the next line that arrives holds a passphrase."""
    harden()
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
