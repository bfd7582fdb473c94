"""What vaults say they have kept is taken only under their keys of today and shown to all; one holds up no other."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from crypto.errors import CryptoError
from crypto.public.freshness import freshness
from crypto.public.trust import believe
from crypto.sign.sign import public, signed_note, signing_key
from crypto.wire.day import DayManifest
from crypto.wire.directory import Vault
from crypto.wire.fields import parse_json, to_base64url
from crypto.wire.labels import What
from crypto.wire.note import Note
from crypto.wire.record import MOST_RECORD, MOST_RECORDS, NamedDirectory, NamedManifest, Record
from intake.closing import Signer, close_days
from intake.errors import EvidenceError, RefusedError
from intake.store import Store
from tests.intake.conftest import ON_BOTH, SetClock, take
from tests.intake.test_imports import everything
from tests.material import DAY, Portal, container

TODAY = "2026-11-12"
VAULTS = ("cat", "ced", "cmw-1", "cmw-2", "desk")
Members = list[tuple[str, bytes]]


def record(portal: Portal, n: int = 1, day: str = TODAY, *, manifest: NamedManifest | None = None) -> Record:
    """A record that regards the portal's newest directory as current."""
    current = NamedDirectory(seq=portal.directory.seq, hash=portal.notes[-1].hash())
    return Record(n=n, day=day, manifest=manifest, backed_up=manifest is not None, directory=current)


def signed(portal: Portal, vault: str, given: Record, what: What = "record", seed: bytes | None = None) -> bytes:
    """The note, signed with the vault's key unless another is given."""
    seed = portal.vaults[vault].sign_seed if seed is None else seed
    return signed_note(what, portal.name, given.encode(), vault, seed)


def members(portal: Portal, given: Mapping[str, bytes]) -> Members:
    """Of a records file with these notes."""
    head = ("format", f"sealed-intake/records/v1 {portal.name}\n".encode("ascii"))
    return [head, *((f"record/{vault}", note) for vault, note in sorted(given.items()))]


def records_file(portal: Portal, given: Mapping[str, Record]) -> bytes:
    """What a courier brings."""
    return container(members(portal, {vault: signed(portal, vault, one) for vault, one in given.items()}))


def named(store: Store, n: int | None = None) -> NamedManifest:
    """A manifest that intake has made, the newest unless a number is given."""
    with store.look() as look:
        number, _day, digest = look.manifest_heads()[-1 if n is None else n - 1]
    return NamedManifest(n=number, hash=digest)


def rekeyed(portal: Portal, vault: str, seed: bytes) -> tuple[Vault, ...]:
    """The vaults of a directory in which one has another key."""
    return tuple(replace(one, key=public(seed)) if one.id == vault else one for one in portal.directory.vaults)


def shown(client: FlaskClient) -> list[Note]:
    """The records of `GET /start`."""
    return [Note.parse(one.encode()) for one in json.loads(client.get("/start").data)["records"]]


@pytest.fixture
def closed(store: Store, signer: Signer, clock: SetClock) -> Store:
    """Two closed days."""
    clock.set(TODAY)
    close_days(store, signer, clock)
    return store


@ON_BOTH
def test_a_record_is_taken_said_in_a_line_and_logged(closed: Store, portal: Portal) -> None:
    given = record(portal, 7, manifest=named(closed))
    file = records_file(portal, {"cat": given, "desk": record(portal)})
    assert take(closed, portal, file, TODAY) == [
        "record 7 of cat: new, up to manifest 2, in a backup",
        "record 1 of desk: new, nothing imported yet",
    ]
    with closed.look() as look:
        lines = [parse_json(line, most=1_000) for line in look.log_lines("2026-11")]
    note = Note.parse(signed(portal, "cat", given))
    assert [line["kind"] for line in lines] == ["directory", "day", "day", "record", "record"]
    logged = {name: lines[3][name] for name in ("seq", "hash", "vault")}
    assert logged == {"seq": 7, "hash": to_base64url(note.hash()), "vault": "cat"}
    assert list(lines[3]) == ["n", "prev", "kind", "seq", "hash", "vault"]


@ON_BOTH
def test_the_same_file_again_changes_nothing(closed: Store, portal: Portal) -> None:
    file = records_file(portal, {"cat": record(portal, manifest=named(closed))})
    take(closed, portal, file, TODAY)
    before = everything(closed)
    assert take(closed, portal, file, TODAY) == ["record 1 of cat: already here"]
    assert everything(closed) == before


@ON_BOTH
def test_an_older_record_is_left_out_with_words_and_holds_up_nobody(closed: Store, portal: Portal) -> None:
    take(closed, portal, records_file(portal, {"cat": record(portal, 5)}), TODAY)
    lines = take(closed, portal, records_file(portal, {"cat": record(portal, 4), "ced": record(portal, 1)}), TODAY)
    assert lines == [
        "record 4 of cat: older than record 5, which is here: not taken",
        "record 1 of ced: new, nothing imported yet",
    ]
    assert everything(closed)["record"] == 2


@ON_BOTH
@pytest.mark.parametrize("first", [0, 1])
def test_of_two_records_with_one_number_both_are_kept_and_the_later_day_is_shown(
    client: FlaskClient, closed: Store, portal: Portal, first: int
) -> None:
    both = [record(portal, 3, "2026-11-11"), record(portal, 3, TODAY)]
    for given in (both[first], both[1 - first]):
        take(closed, portal, records_file(portal, {"cat": given}), TODAY)
    assert everything(closed)["record"] == 2
    assert [note.encode() for note in shown(client)] == [signed(portal, "cat", both[1])]


def test_start_shows_the_newest_record_of_each_vault_as_soon_as_it_came(
    client: FlaskClient, closed: Store, portal: Portal
) -> None:
    assert shown(client) == []
    take(closed, portal, records_file(portal, {vault: record(portal) for vault in VAULTS}), TODAY)
    assert [note.signatures[0].name for note in shown(client)] == [vault.id for vault in portal.directory.vaults]
    take(closed, portal, records_file(portal, {"cat": record(portal, 2)}), TODAY)
    newest = {note.signatures[0].name: note.encode() for note in shown(client)}
    assert newest["cat"] == signed(portal, "cat", record(portal, 2))
    assert newest["ced"] == signed(portal, "ced", record(portal))


def test_what_start_shows_confirms_the_directory(
    client: FlaskClient, closed: Store, portal: Portal, clock: SetClock
) -> None:
    late = "2027-01-10"
    assert freshness(believe(portal.pin, portal.notes[0], [], late), shown(client)).state == "closed"
    given = {vault: record(portal, 1, late) for vault in ("cat", "ced")}
    take(closed, portal, records_file(portal, given), late)
    clock.set(late)
    assert freshness(believe(portal.pin, portal.notes[0], [], late), shown(client)).state == "fresh"


@ON_BOTH
def test_a_new_key_of_a_vault_ends_what_was_signed_under_the_old_one(
    client: FlaskClient, closed: Store, portal: Portal
) -> None:
    take(closed, portal, records_file(portal, {"cat": record(portal, 9), "ced": record(portal)}), TODAY)
    seed = signing_key()
    later = portal.next(vaults=rekeyed(portal, "cat", seed))
    take(closed, portal, later.ceremony_file(), TODAY)
    assert [note.signatures[0].name for note in shown(client)] == ["ced"]
    anew = signed(later, "cat", record(later, 1), seed=seed)
    assert take(closed, later, container(members(later, {"cat": anew})), TODAY) == [
        "record 1 of cat: new, nothing imported yet"
    ]
    assert next(note.encode() for note in shown(client)) == anew
    with pytest.raises(RefusedError, match="not signed by the key that directory 2 gives it"):
        take(closed, later, records_file(portal, {"cat": record(later, 10)}), TODAY)


def _other_manifest(portal: Portal) -> NamedManifest:
    """A manifest 2 that intake never made."""
    other = DayManifest(n=2, day="2026-11-11", prev=bytes(32), entries=())
    note = signed_note("day", portal.name, other.encode(), "intake", portal.intake_seed)
    return NamedManifest(n=2, hash=Note.parse(note).hash())


def _names(seq: int, digest: bytes) -> Callable[[Portal], Record]:
    return lambda portal: replace(record(portal), directory=NamedDirectory(seq=seq, hash=digest))


FORKS: list[tuple[Callable[[Portal], Record], str]] = [
    (lambda portal: record(portal, manifest=_other_manifest(portal)), "ced has imported a manifest 2, .*evidence"),
    (lambda portal: record(portal, manifest=NamedManifest(n=3, hash=bytes(32))), "3, which this intake has not"),
    (_names(1, bytes(32)), "ced has another directory 1 than is here: keep this file, it is evidence"),
]


@ON_BOTH
@pytest.mark.parametrize(("make", "reason"), FORKS)
def test_a_record_that_contradicts_what_is_here_is_refused_loudly_and_the_others_are_taken(
    closed: Store, portal: Portal, make: Callable[[Portal], Record], reason: str
) -> None:
    given = {"cat": record(portal), "ced": make(portal), "desk": record(portal)}
    with pytest.raises(EvidenceError, match=reason) as raised:
        take(closed, portal, records_file(portal, given), TODAY)
    assert raised.value.taken == tuple(f"record 1 of {vault}: new, nothing imported yet" for vault in ("cat", "desk"))
    assert taken(closed) == {"cat", "desk"}


@ON_BOTH
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_names(2, bytes(32)), "it names directory 2, which is not here: import the ceremony file first"),
        (lambda portal: record(portal, day="2026-11-14"), "it is from 2026-11-14, which has not come"),
    ],
)
def test_a_record_that_cannot_be_taken_yet_is_left_out_with_a_line(
    closed: Store, portal: Portal, make: Callable[[Portal], Record], reason: str
) -> None:
    file = records_file(portal, {"cat": record(portal), "ced": make(portal)})
    assert take(closed, portal, file, TODAY) == [
        "record 1 of cat: new, nothing imported yet",
        f"record of ced: not taken: {reason}",
    ]
    assert taken(closed) == {"cat"}
    take(closed, portal, records_file(portal, {"ced": record(portal, day="2026-11-13")}), TODAY)
    assert taken(closed) == {"cat", "ced"}


@pytest.mark.parametrize("status", ["absent", "retired", "revoked", "gone"])
def test_a_vault_that_the_newest_directory_does_not_call_active_records_nothing_and_holds_up_nobody(
    closed: Store, portal: Portal, status: str
) -> None:
    vaults: Sequence[Vault] = portal.directory.vaults
    if status != "gone":
        vaults = [replace(one, status=status) if one.id == "ced" else one for one in vaults]
    later = portal.next(vaults=tuple(vaults))
    take(closed, later, later.ceremony_file(), TODAY)
    given = signed(later, "ced", record(later))
    name = "ced" if status != "gone" else "nobody"
    named_by = given.replace(b"\xe2\x80\x94 ced ", f"\N{EM DASH} {name} ".encode())
    lines = take(
        closed, later, container(members(later, {"cat": signed(later, "cat", record(later)), name: named_by})), TODAY
    )
    said = f"says that it is {status}" if status != "gone" else "does not name it"
    assert lines[1] == f"record of {name}: not taken: directory 2 {said}"
    assert taken(closed) == {"cat"}


@pytest.mark.parametrize("status", ["absent", "retired", "revoked"])
def test_start_shows_records_of_vaults_that_read_and_of_no_others(
    client: FlaskClient, closed: Store, portal: Portal, status: str
) -> None:
    take(closed, portal, records_file(portal, {"cat": record(portal), "ced": record(portal)}), TODAY)
    assert {note.signatures[0].name for note in shown(client)} == {"cat", "ced"}
    vaults = tuple(replace(one, status=status) if one.id == "ced" else one for one in portal.directory.vaults)
    take(closed, portal, portal.next(vaults=vaults).ceremony_file(), TODAY)
    assert {note.signatures[0].name for note in shown(client)} == {"cat"}


def taken(store: Store) -> set[str]:
    """The vaults that have a record here."""
    with store.look() as look:
        return {vault for vault in VAULTS if next(look.records(vault), None) is not None}


def _with(portal: Portal, at: int, *new: tuple[str, bytes]) -> Members:
    whole = members(portal, {vault: signed(portal, vault, record(portal)) for vault in ("cat", "ced")})
    return [*whole[:at], *new, *whole[at:]]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda portal: _with(portal, 3, ("record/desk", signed(portal, "desk", record(portal), seed=signing_key()))),
        lambda portal: _with(portal, 3, ("record/desk", signed(portal, "cat", record(portal)))),
        lambda portal: _with(portal, 3, ("record/desk", signed(portal, "desk", record(portal), "announce"))),
        lambda portal: _with(portal, 3, ("record/desk", signed(portal, "desk", record(portal))[:-3])),
        lambda portal: _with(portal, 3, ("record/desk", bytes(MOST_RECORD + 1))),
        lambda portal: _with(portal, 3, ("record/ced/x", signed(portal, "desk", record(portal)))),
        lambda portal: _with(portal, 1, ("record/desk", signed(portal, "desk", record(portal)))),
        lambda portal: _with(portal, 3, ("readme", b"")),
        lambda portal: _with(portal, 3, ("slot/x", b"")),
        lambda portal: _with(portal, 0)[:1],
        lambda portal: _with(portal, 0)[1:],
        lambda portal: [("format", b"sealed-intake/records/v1 another.portal\n"), *_with(portal, 0)[1:]],
        lambda portal: [("format", b"sealed-intake/records/v2 test.sealed-intake\n"), *_with(portal, 0)[1:]],
    ],
    ids=range(13),
)
def test_a_records_file_out_of_form_is_refused_whole(
    closed: Store, portal: Portal, spoil: Callable[[Portal], Members]
) -> None:
    before = everything(closed)
    with pytest.raises((CryptoError, RefusedError)):
        take(closed, portal, container(spoil(portal)), TODAY)
    assert everything(closed) == before
    take(closed, portal, container(_with(portal, 0)), TODAY)
    assert everything(closed)["record"] == 2


def test_no_file_has_more_records_than_a_directory_has_vaults() -> None:
    assert MOST_RECORDS == 200


@pytest.mark.parametrize("cut", [1, 511, 512, 1024])
def test_a_records_file_cut_short_is_refused_whole(closed: Store, portal: Portal, cut: int) -> None:
    file = records_file(portal, {"cat": record(portal)})
    with pytest.raises(CryptoError):
        take(closed, portal, file[:-cut], TODAY)
    assert everything(closed)["record"] == 0


def test_a_records_day_is_that_of_its_vault_not_of_the_import(closed: Store, portal: Portal) -> None:
    take(closed, portal, records_file(portal, {"cat": record(portal, 1, DAY)}), TODAY)
    with closed.look() as look:
        assert [one.day for one in look.records("cat")] == [DAY]
