"""The verification record of a case: what a keeper shows of it, keeps of it, and finishes."""

from typing import Any

from crypto.errors import FormatError
from crypto.wire.fields import Members, to_base64url
from crypto.wire.message import Message
from review import views
from review.actions.answer import Answer
from review.records import Case
from review.refusals import Refused
from review.store import Store
from review.verification.links import LinkedFile
from review.verification.record import MOST_BYTES, Verification
from review.verification.rules import faults
from review.verification.versions import Draft, StoredVersion, Version, is_whole


def verification(store: Store, given: Members, _day: str) -> Answer:
    """Where the record of a case stands: its draft, its versions, and the files that its items may name."""
    number = given.integer("number", least=1)
    given.end()
    case = views.find_case(store, number)
    draft, stored = store.verification_draft(number), store.verification_versions(number)
    return {
        "counter": draft.counter,
        "draft": None if draft.data is None else {"day": draft.day, "document": _text(draft.data)},
        "versions": [_version(one) for one in stored],
        "newest": _text(stored[-1].version.data) if stored else None,
        "whole": is_whole(stored, case.thread.key),
        "files": _files(store, number),
    }


def verification_version(store: Store, given: Members, day: str) -> Answer:
    """One finished version of the record of a case."""
    number, n = given.integer("number", least=1), given.integer("n", least=1)
    given.end()
    case = views.find_case(store, number)
    found = next((one for one in store.verification_versions(number) if one.version.n == n), None)
    if found is None:
        raise Refused("no-version")
    store.note("verification-opened", f"{case.pseudonym} {n}", day)
    return {**_version(found), "document": _text(found.version.data)}


def keep_verification(store: Store, given: Members, day: str) -> Answer:
    """Keeps a draft, if the one that is kept is the one from which its writer started.

    A draft that says what the newest version says is none.
    """
    case, record, after = _given(store, given)
    data, stored = record.encode(), store.verification_versions(case.number)
    is_new = record != (Verification.parse(stored[-1].version.data) if stored else Verification())
    draft = Draft(counter=after, day=day, data=data if is_new else None)
    store.set_verification_draft(case.number, draft)
    return {"counter": draft.counter, "draft": is_new}


def finish_verification(store: Store, given: Members, day: str) -> Answer:
    """Makes the next version of a record that lacks nothing; from then on nobody can change it."""
    case, record, after = _given(store, given)
    if faults(record):
        raise Refused("verification-unfinished")
    stored = store.verification_versions(case.number)
    if not is_whole(stored, case.thread.key):
        raise Refused("versions-broken")
    last = stored[-1] if stored else None
    data = record.encode()
    if last is not None and last.version.data == data:
        raise Refused("verification-same")
    version = Version(
        n=1 if last is None else last.version.n + 1, day=day, prev=None if last is None else last.hash, data=data
    )
    store.add_verification_version(case.number, StoredVersion(version=version, hash=version.hash(case.thread.key)))
    store.set_verification_draft(case.number, Draft(counter=after, day=day, data=None))
    store.note("verification-kept", f"{case.pseudonym} {version.n}", day)
    return {"n": version.n}


def summary(store: Store, number: int) -> dict[str, Any]:
    """Where the record of a case stands, in codes."""
    draft, stored = store.verification_draft(number), store.verification_versions(number)
    summed: dict[str, Any] = {"draft": draft.day if draft.data is not None else None, "n": len(stored)}
    if stored:
        record = Verification.parse(stored[-1].version.data)
        summed |= {
            "day": stored[-1].version.day,
            "type": record.type,
            "finding": record.finding,
            "confidence": record.confidence,
            "correlation": record.correlation.finding,
        }
    return summed


def _given(store: Store, given: Members) -> tuple[Case, Verification, int]:
    """Case, record and the counter that its draft gets; refuses what may not be kept at all.

    `counter` is that of the draft it started from; the writer may say the `next` one, which nobody else will guess.
    """
    number, counter = given.integer("number", least=1), given.integer("counter", least=0)
    after = max(counter + 1, given.integer("next", least=0))
    data = given.text("document", most=4 * MOST_BYTES).encode("utf-8")
    given.end()
    case = views.find_case(store, number)
    if len(data) > MOST_BYTES:
        raise Refused("verification-too-long", over=len(data) - MOST_BYTES)
    record = Verification.parse(data)
    _check_files(store, number, record)
    if store.verification_draft(number).counter != counter:
        raise Refused("draft-differs")
    return case, record, after


def _check_files(store: Store, number: int, record: Verification) -> None:
    """An item names a file of this case as it was signed, or none."""
    known = {one["code"] for one in _files(store, number)}
    if not known.issuperset(item.file.code for item in record.items if item.file is not None):
        raise FormatError("items.file")


def _files(store: Store, number: int) -> list[dict[str, Any]]:
    found = []
    for stored in store.messages(number):
        attachments = Message.parse(stored.data).attachments
        for place, file in enumerate(() if attachments is None else attachments.files, 1):
            linked = LinkedFile(turn=stored.turn, place=place, sha256=file.sha256)
            found.append(
                {
                    "code": linked.code,
                    "name": file.name,
                    "arrived": stored.arrived,
                    "length": file.length,
                    "sha256": file.sha256.hex(),
                }
            )
    return found


def _version(stored: StoredVersion) -> dict[str, Any]:
    return {"n": stored.version.n, "day": stored.version.day, "hash": to_base64url(stored.hash)}


def _text(data: bytes) -> str:
    return data.decode("utf-8")
