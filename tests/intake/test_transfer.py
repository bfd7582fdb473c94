"""A bundle holds whole closed days, is the same every time, and is there whole or not at all (FORMAT.md 9.3)."""

import io
from pathlib import Path

import pytest
from sqlalchemy import update

from crypto.public.trust import believe
from crypto.public.verify import verify_note
from crypto.sign.sign import public
from crypto.wire.container import read_container
from crypto.wire.day import DayManifest, Gone
from crypto.wire.digest import sha256
from crypto.wire.directory import NamedKey
from crypto.wire.fields import to_base64url
from crypto.wire.note import Note, body
from intake import schema, transfer
from intake.closing import Signer, close_days
from intake.errors import RefusedError
from intake.store import Store
from intake.transfer import Exported
from tests.intake.conftest import ON_BOTH, SetClock, take
from tests.intake.test_closing import add
from tests.material import DAY, Portal

pytestmark = ON_BOTH
TODAY = "2026-11-13"


@pytest.fixture
def full(store: Store, portal: Portal, signer: Signer, clock: SetClock) -> list[tuple[bytes, bytes]]:
    """Three closed days, two directories, one submission deleted since; what was sent."""
    sent = [(bytes([number]) * 16, portal.envelope(number % 4)) for number in range(6)]
    add(store, sent[:3])
    add(store, sent[3:5], "2026-11-12")
    add(store, sent[5:], TODAY)
    take(store, portal, portal.next().ceremony_file())
    clock.set(TODAY)
    close_days(store, signer, clock)
    with store.change() as change:
        change.drop_submissions([sent[1][0]], "author")
    return sent


def members(path: Path) -> dict[str, bytes]:
    """What the bundle holds, in order."""
    with path.open("rb") as source:
        return dict(read_container(source, most_member=40_000_000))


def test_a_bundle_holds_everything_in_the_order_of_the_format(
    store: Store, portal: Portal, signer: Signer, full: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    assert transfer.export(store, signer, tmp_path / "bundle", TODAY) == Exported(manifests=3, today=True)
    found = members(tmp_path / "bundle")
    keys = sorted(sha256(data) for data in portal.next().proposal.key_files)
    groups = [name.partition("/")[0] for name in found]
    assert groups == [
        "format",
        *["directory"] * 2,
        *["keys"] * 3,
        *["post-key"] * 2,
        *["day"] * 3,
        "gone",
        "today",
        *["envelope"] * 5,
    ]
    assert found["format"] == f"sealed-intake/bundle/v2 {portal.name}\n".encode()
    assert [name for name in found if name.startswith("directory/")] == ["directory/00000001", "directory/00000002"]
    assert [name for name in found if name.startswith("keys/")] == [f"keys/{to_base64url(one)}" for one in keys]
    for name, data in found.items():
        if name.startswith(("keys/", "post-key/")):
            assert name.endswith(f"/{to_base64url(sha256(data))}")
    left = [(1, full[0]), (1, full[2]), (3, full[3]), (3, full[4]), (4, full[5])]
    for n, (submission_id, envelope) in left:
        assert found[f"envelope/{n:08}/{to_base64url(submission_id)}"] == envelope
    assert believe(portal.pin, Note.parse(found["directory/00000002"]), [], DAY).directory.seq == 2


def test_every_entry_has_its_envelope_or_stands_in_the_signed_list_of_what_is_gone(
    store: Store, portal: Portal, signer: Signer, full: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    transfer.export(store, signer, tmp_path / "bundle", TODAY)
    found = members(tmp_path / "bundle")
    intake = NamedKey(name="intake", key=public(portal.intake_seed))
    note = Note.parse(found["gone/00000001"])
    verify_note(note, intake)
    gone = Gone.parse(body(note, "gone", portal.name))
    assert [name for name in found if name.startswith("gone")] == ["gone/00000001"]
    assert (gone.n, gone.day) == (1, TODAY)
    assert [(one.id, one.reason) for one in gone.entries] == [(full[1][0], "author")]
    missing = []
    for name, data in found.items():
        if not name.startswith("day/"):
            continue
        verify_note(Note.parse(data), intake)
        manifest = DayManifest.parse(body(Note.parse(data), "day", portal.name))
        assert name == f"day/{manifest.n:08}"
        for entry in manifest.entries:
            envelope = found.get(f"envelope/{manifest.n:08}/{to_base64url(entry.id)}")
            if envelope is None:
                missing.append(entry.id)
            else:
                assert (len(envelope), sha256(envelope)) == (entry.length, entry.sha256)
    assert missing == [entry.id for entry in gone.entries]


def test_the_same_state_gives_the_same_bytes(
    store: Store, signer: Signer, full: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        transfer.export(store, signer, tmp_path / name, TODAY)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(("after", "error"), [(0, OSError), (1, KeyboardInterrupt), (9, SystemExit), (17, OSError)])
def test_an_interrupted_export_leaves_what_was_there_before(
    store: Store,
    signer: Signer,
    full: list[tuple[bytes, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
    error: type[BaseException],
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "bundle").write_bytes(b"yesterday's")
    whole = transfer.bundle

    def interrupted(*arguments: object) -> object:
        for count, member in enumerate(whole(*arguments)):  # type: ignore[arg-type]
            if count == after:
                raise error
            yield member

    monkeypatch.setattr(transfer, "bundle", interrupted)
    with pytest.raises(error):
        transfer.export(store, signer, out / "bundle", TODAY)
    assert [file.name for file in out.iterdir()] == ["bundle"]
    assert (out / "bundle").read_bytes() == b"yesterday's"


def test_what_a_power_cut_left_is_cleared_by_the_next_export(
    store: Store, signer: Signer, full: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".bundle.unfinished").write_bytes(b"half")
    transfer.export(store, signer, out / "bundle", TODAY)
    assert [file.name for file in out.iterdir()] == ["bundle"]


def test_a_bundle_is_private_and_never_written_through_a_link(
    store: Store, signer: Signer, full: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"untouched")
    for link in ("bundle", ".bundle.unfinished"):
        (tmp_path / link).symlink_to(victim)
    transfer.export(store, signer, tmp_path / "bundle", TODAY)
    assert victim.read_bytes() == b"untouched"
    assert not (tmp_path / "bundle").is_symlink()
    assert (tmp_path / "bundle").stat().st_mode & 0o777 == 0o600


def test_an_envelope_that_is_missing_without_a_reason_stops_the_export(
    store: Store, signer: Signer, full: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(schema.closed).where(schema.closed.c.id == full[3][0]).values(envelope=None))
    with pytest.raises(RefusedError, match="manifest 3 is missing and not listed as gone"):
        transfer.export(store, signer, tmp_path / "bundle", TODAY)
    assert not (tmp_path / "bundle").exists()


def test_an_export_shows_one_state_while_others_write(
    store: Store, portal: Portal, signer: Signer, full: list[tuple[bytes, bytes]]
) -> None:
    with store.look() as look:
        stream = transfer.bundle(look, signer, TODAY)
        seen = [next(stream)[0], next(stream)[0]]  # the second is the first that looks
        with store.change() as change:
            change.drop_submissions([submission_id for submission_id, _ in full], "author")
        seen += [name for name, _data in stream]
    assert sum(name.startswith("envelope/") for name in seen) == 5


def test_a_bundle_of_an_intake_without_closed_days_is_a_bundle(store: Store, signer: Signer, tmp_path: Path) -> None:
    assert transfer.export(store, signer, tmp_path / "bundle", DAY).manifests == 0
    with io.BytesIO((tmp_path / "bundle").read_bytes()) as source:
        names = [name for name, _ in read_container(source, most_member=10_000_000)]
    assert names[0] == "format"
    assert {name.partition("/")[0] for name in names[1:]} == {"directory", "keys", "post-key", "today"}
