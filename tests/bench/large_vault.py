"""A vault of the size that is planned for, and a bundle for it: made once, kept in .build/ by their tables' release."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text, update

import review
from crypto.wire.fields import encode_json
from crypto.wire.message import AccountBody, FollowupBody, Message, Routing, Thread
from crypto.wire.reply import Reply, ReplyBody
from review import schema
from review.aims import aims
from review.journal import Entry
from review.places import place
from review.pseudonyms import words as pseudonym_words
from review.search.store import RULES
from review.store import Store
from review.vault import create
from tests.material import DAY, Portal, make_portal
from tests.review.carried import QUESTIONNAIRE, Writer, bundle, close_day
from tests.review.conftest import PASSPHRASE, Station

CASES, MESSAGES, LONG_CASE = 50_000, 200_000, 3_000
ENVELOPES, OURS = 5_000, 2_500
RARE = "quetzalcoatl"
"""A word that one message of the vault holds."""

_KEPT = Path(__file__).resolve().parents[2] / ".build"
_AT_ONCE = 2_000
_WORDS_EACH = 90
_LETTERS = {
    "en": "abcdefghijklmnoprstuwy",
    "fr": "abcdeéèfghijlmnopqrstuv",
    "es": "abcdefghijlmnñopqrstuv",
    "ru": "абвгдежзиклмнопрстухцчшыья",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "zh": "".join(map(chr, range(0x4E00, 0x4E00 + 3_000))),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A station with the vault `cat`, and a bundle that it has not seen; copy what is to be changed."""

    station: Path
    bundle: Path


def kept() -> Kept:
    """From .build/, or made there."""
    folder = _KEPT / f"large-vault-{_release()}-{RULES}"
    found = Kept(station=folder / "station", bundle=folder / "bundle.tar")
    if not found.bundle.exists():
        for old in _KEPT.glob("large-vault-*"):
            shutil.rmtree(old)
        folder.mkdir(parents=True)
        portal = make_portal()
        _make_vault(found.station, portal)
        found.bundle.write_bytes(_make_bundle(portal))
    return found


def _release() -> str:
    """The newest migration."""
    folder = Path(review.__file__).parent / "migrations" / "versions"
    return max(file.stem for file in folder.glob("[0-9]*.py"))


def _make_bundle(portal: Portal) -> bytes:
    ours = [_envelope(Writer(portal=portal), "cat") for _ in range(OURS)]
    theirs = [_envelope(Writer(portal=portal, committees=("ced",)), "ced") for _ in range(ENVELOPES - OURS)]
    return bundle(portal, [close_day(portal, ours + theirs)])


def _envelope(writer: Writer, committee: str) -> bytes:
    return writer.seal(writer.account(_text(random.Random(), "en")), to=(committee,))


def _make_vault(station: Path, portal: Portal) -> None:
    """With the keys of the ceremony; as slow to unlock as a new vault is."""
    vault = create(station, "cat", PASSPHRASE)
    with vault.transaction() as connection:
        store = Store(connection)
        store.add_own("cat", portal.vaults["cat"].sign_seed)
        for epoch, seed in portal.vaults["cat"].seeds.items():
            store.add_seed(epoch, seed)
        store.set_pin(portal.pin_bytes())
    made = Station(station, portal, {"cat": vault})
    made.take("cat", portal.ceremony_file())
    with vault.transaction() as connection:
        _Filling(connection, portal).fill()
    vault.close()


def _text(chance: random.Random, language: str, count: int = _WORDS_EACH) -> str:
    """Words of a language that does not exist, as often as words are: few of them nearly always, most hardly ever."""
    between = "" if language == "zh" else " "
    return between.join(_word(int(20_000 ** chance.random()), language) for _ in range(count))


def _word(number: int, language: str) -> str:
    letters, number = _LETTERS[language], number * 7_919 + 11
    length = 2 if language == "zh" else 3 + number % 6
    return "".join(letters[(number // (at * 31 + 1) + number * at) % len(letters)] for at in range(length))


class _Filling:
    """Rows as the station would have made them, without sealing and signing what nobody opens again."""

    def __init__(self, connection: Connection, portal: Portal) -> None:
        self._db = connection
        self._portal = portal
        self._chance = random.Random(1)
        self._searched = 0
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
        self._pseudonyms = iter(self._names())

    def fill(self) -> None:
        """All cases, each with its conversation; the journal says that all were opened."""
        self._flush()
        sizes = self._sizes()
        for number, size in enumerate(sizes, 1):
            self._case(number, size)
            if number % (_AT_ONCE // 4) == 0:
                self._flush()
        self._flush()
        self._journal()
        self._db.execute(update(schema.own).values(indexed=RULES))

    def _sizes(self) -> list[int]:
        """How many messages each case has: one has very many."""
        sizes = [1] * CASES
        sizes[0] = LONG_CASE
        for _ in range(MESSAGES - CASES - LONG_CASE + 1):
            sizes[self._chance.randrange(1, CASES)] += 1
        return sizes

    def _names(self) -> list[str]:
        known = pseudonym_words()
        found = dict[str, None]()
        while len(found) < CASES:
            first, second = self._chance.sample(known, 2)
            found[f"{first}-{second} {self._chance.randrange(100):02d}"] = None
        return list(found)

    def _case(self, number: int, size: int) -> None:
        chance, language = self._chance, self._chance.choice(list(_LETTERS))
        thread = Thread(key=chance.randbytes(32), recipient=chance.randbytes(1_216), mailbox=chance.randbytes(32))
        routing = Routing(committees=("cat",), excluded=(), conflicts=(), tag=chance.randbytes(32))
        arrived = list(accumulate((chance.randrange(40) for _ in range(size)), initial=0))[1:]
        start = date.fromisoformat(DAY) - timedelta(days=900)
        days = [(start + timedelta(days=min(one, 890))).isoformat() for one in arrived]
        is_answered, in_danger = chance.random() < 0.7, chance.random() < 0.05
        read, pseudonym = chance.random() < 0.9, next(self._pseudonyms)
        self._index(number, 0, pseudonym)
        for turn, day in enumerate(days, 1):
            body = self._body(language, turn, number)
            message = Message(
                id=chance.randbytes(16), portal=self._portal.name, directory=1, epoch=day[:7], routing=routing,
                language=language, day=day, thread=thread, seen=(), body=body,
            )  # fmt: skip
            said = body.text if isinstance(body, FollowupBody) else str(body.answers["account"])
            self._index(number, turn, " ".join(said) if language == "zh" else said)
            self._rows["messages"].append({
                "id": message.id, "number": number, "turn": turn, "arrived": day, "submission": chance.randbytes(16),
                "data": message.encode(), "signature": bytes(64), "read": read, "kind": body.kind,
            })  # fmt: skip
        if is_answered:
            self._reply(number, size + 1, days[-1], routing, thread, language)
        replied, since = (days[-1], None) if is_answered else (None, days[0])
        due = aims(days[0], [replied] if replied else [])
        self._rows["cases"].append({
            "number": number, "pseudonym": pseudonym, "thread": thread.key, "recipient": thread.recipient,
            "mailbox": thread.mailbox, "routing": encode_json(routing.to_json()), "language": language,
            "in_danger": in_danger, "state_veto_day": days[0] if chance.random() < 0.2 else None, "messages": size,
            "unread": 0 if read else size, "first_arrived": days[0], "arrived": days[-1], "waits_since": since,
            "replied": replied, "due": due.acknowledge_by or due.answer_by,
            "place": place(since, days[-1], in_danger=in_danger),
        })  # fmt: skip

    def _body(self, language: str, turn: int, number: int) -> AccountBody | FollowupBody:
        words = _text(self._chance, language)
        if (number, turn) == (777, 1):
            words += f" {RARE}"
        if turn > 1:
            return FollowupBody(text=words, answers_to=None)
        return AccountBody(questionnaire=QUESTIONNAIRE, answers={"account": words, "danger": "no"})

    def _reply(self, number: int, turn: int, day: str, routing: Routing, thread: Thread, language: str) -> None:
        words = _text(self._chance, language)
        reply = Reply(
            id=self._chance.randbytes(16), kind="acknowledgment", portal=self._portal.name, thread=thread.key,
            committee="cat", vault="cat", routing=routing, day=day, body=ReplyBody(language=language, text=words),
        )  # fmt: skip
        self._index(number, turn, " ".join(words) if language == "zh" else words)
        self._rows["replies"].append({
            "id": reply.id, "number": number, "turn": turn, "data": reply.encode(), "signature": bytes(64),
            "left": day, "kind": reply.kind, "day": day, "seen": False,
        })  # fmt: skip

    def _index(self, number: int, turn: int, said: str) -> None:
        self._searched += 1
        self._rows["searched"].append({"id": self._searched, "number": number, "turn": turn})
        self._rows["words"].append({"row": self._searched, "said": said})

    def _journal(self) -> None:
        prev: bytes | None = None
        for n, what in enumerate(self._done(), self._db.scalar(text("SELECT coalesce(max(n), 0) FROM journal")) + 1):
            entry = Entry(n=n, prev=prev, day=DAY, what=what, about=f"tern-slate {n % 100:02d}")
            prev = entry.hash()
            row = {"n": n, "prev": entry.prev, "day": DAY, "what": what, "about": entry.about, "hash": prev}
            self._rows["journal"].append(row)
            if n % _AT_ONCE == 0:
                self._flush()
        self._flush()

    def _done(self) -> Iterator[str]:
        for _ in range(CASES):
            yield "case-opened"
            yield "reply-sealed"

    def _flush(self) -> None:
        for name, statement in _TABLES.items():
            if self._rows[name]:
                self._db.execute(statement, self._rows[name])
                self._rows[name] = []


_TABLES: dict[str, Any] = {
    "cases": insert(schema.cases),
    "messages": insert(schema.messages),
    "replies": insert(schema.replies),
    "searched": insert(schema.searched),
    "words": text("INSERT INTO words (rowid, said) VALUES (:row, :said)"),
    "journal": insert(schema.journal),
}
