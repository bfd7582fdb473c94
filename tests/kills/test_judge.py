"""The judge's own controls: what it is there to find is planted, and found; without it nothing is."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crypto.errors import CryptoError
from crypto.wire.container import read_container, write_container
from tests.intake.conftest import SQLITE_FILES
from tests.kills import carried, held, judge
from tests.kills.ledger import now
from tests.kills.rampage import Scene, scene

Members = list[tuple[str, bytes]]


def copied(table: str, changed: str) -> str:
    """Statements that add a row like one that is there, but for what is changed."""
    return (
        f"CREATE TEMP TABLE one AS SELECT * FROM {table} LIMIT 1;"  # noqa: S608
        f"UPDATE one SET {changed};"
        f"INSERT INTO {table} SELECT * FROM one"
    )


PLANTS = {
    "an envelope is lost": (
        "DELETE FROM arrived WHERE id = (SELECT id FROM arrived LIMIT 1)",
        "stored, and lost",
    ),
    "a part is lost": (
        "DELETE FROM part WHERE id IN (SELECT id FROM arrived)",
        "an envelope with",
    ),
    "the bytes of a part are lost": (
        "UPDATE part SET data = NULL WHERE id IN (SELECT id FROM arrived)",
        "an envelope with",
    ),
    "the bytes of a part are altered": (
        "UPDATE part SET data = zeroblob(1048576) WHERE id IN (SELECT id FROM arrived)",
        "other bytes than stand beside them",
    ),
    "a part is another one": (
        "UPDATE part SET sha256 = zeroblob(32) WHERE id IN (SELECT id FROM arrived)",
        "an envelope with",
    ),
    "the bytes of an envelope are altered": (
        "UPDATE arrived SET envelope = zeroblob(length)",
        "other bytes than stand beside them",
    ),
    "a closed envelope is lost": (
        "UPDATE closed SET envelope = NULL WHERE id = (SELECT id FROM closed LIMIT 1)",
        "another envelope than was sent",
    ),
    "a submission is open and closed": (
        copied("arrived", "id = (SELECT id FROM closed LIMIT 1)"),
        "open and closed at once",
    ),
    "an entry stands in two manifests": (
        copied("manifest", "n = n + 1"),
        "stand in two manifests",
    ),
    "rows are without their manifest": (
        "DELETE FROM manifest",
        "rows without an entry",
    ),
    "there are parts of nothing": (
        copied("part", "id = zeroblob(16)"),
        "parts of nothing",
    ),
    "staged parts are miscounted": (
        "INSERT INTO staging (id, day, parts) VALUES (zeroblob(16), '2026-11-10', 2)",
        "2 staged parts are counted, 0 are there",
    ),
    "an envelope that nobody sent is there": (
        copied("arrived", "id = zeroblob(16)"),
        "an envelope that nobody sent",
    ),
    "something is gone by an author who did not ask": (
        "INSERT INTO gone (id, reason) SELECT id, 'author' FROM closed LIMIT 1",
        "who never asked",
    ),
    "something is purged that was not carried": (
        "INSERT INTO gone (id, reason) SELECT id, 'purged' FROM closed LIMIT 1",
        "never carried out",
    ),
    "half a post is taken": (
        "DELETE FROM slot WHERE sha256 = (SELECT sha256 FROM slot LIMIT 1)",
        "half a post",
    ),
    "a post is lost": (
        "DELETE FROM slot",
        "replies of a post that was taken are lost",
    ),
}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """An intake that somebody used and nobody killed: a closed day with an export of it, and an open one."""
    with scene(tmp_path_factory.mktemp("calm"), SQLITE_FILES, random.getrandbits(32)) as played:
        person = played.submitter(0, 0)
        for number in range(24):
            sealed = played.desk.seal(number)
            person.submit(sealed, person.stage(sealed))
            if number == 11:
                played.courier.bring_post()
                played.courier.close()
        sealed = played.desk.seal(24)
        person.delete(sealed, person.stage(sealed))
        yield played


def found(scene: Scene, planted: str | None = None) -> list[str]:
    """What the judge says of the database, with what was planted in a transaction that is undone.

    Nothing counts as carried out: what is there has to be there.
    """
    scene.ledger.taken.clear()
    with scene.store.engine.connect() as connection:
        for statement in planted.split(";") if planted is not None else ():
            connection.exec_driver_sql(statement)
        state = held.of(connection, scene.portal.name, whole=True)
        connection.rollback()
    return [*judge.seen_at_any_moment(state, scene.ledger), *judge.at_the_end(state, scene.ledger)]


def test_nothing_is_found_where_nothing_is_wrong(calm: Scene) -> None:
    state = held.read(calm.store, calm.portal.name)
    assert (len(state.arrived), len(state.closed), len(state.slots)) == (12, 12, 12)
    assert state.parts.keys() & state.arrived.keys()
    assert calm.ledger.faults == []
    assert found(calm) == []


@pytest.mark.parametrize("plant", PLANTS)
def test_what_is_planted_in_the_database_is_found(calm: Scene, plant: str) -> None:
    statement, words = PLANTS[plant]
    assert any(words in one for one in found(calm, statement))


def test_what_was_deleted_and_is_still_there_is_found(calm: Scene) -> None:
    state = held.read(calm.store, calm.portal.name)
    promise = calm.ledger.of(next(iter(state.arrived)))
    assert promise is not None
    promise.unwanted = promise.deleted = now()
    assert any("deleted, and still there" in one for one in found(calm))
    promise.unwanted = promise.deleted = None


@pytest.fixture(scope="module")
def members(calm: Scene) -> Members:
    """Those of a bundle of all that is there."""
    assert calm.courier.carry_out()
    with calm.courier.bundle.open("rb") as source:
        return list(read_container(source, most_member=1 << 25))


def without(prefix: str) -> Callable[[Members], Members]:
    """The first member of this kind is missing."""

    def change(members: Members) -> Members:
        at = next(number for number, (name, _) in enumerate(members) if name.startswith(prefix))
        return members[:at] + members[at + 1 :]

    return change


def altered(prefix: str) -> Callable[[Members], Members]:
    """The last byte of the first member of this kind is another."""

    def change(members: Members) -> Members:
        at = next(number for number, (name, _) in enumerate(members) if name.startswith(prefix))
        name, data = members[at]
        return [*members[:at], (name, data[:-1] + bytes([data[-1] ^ 1])), *members[at + 1 :]]

    return change


def swapped(members: Members) -> Members:
    """The last two change places."""
    return [*members[:-2], members[-1], members[-2]]


BROKEN: dict[str, Callable[[Members], Members]] = {
    **{f"without {prefix}": without(prefix) for prefix in ("format", "day", "envelope", "part")},
    **{f"altered {prefix}": altered(prefix) for prefix in ("format", "day", "today", "envelope", "part")},
    "swapped": swapped,
}


@pytest.mark.parametrize("change", BROKEN)
def test_a_bundle_that_is_not_whole_is_found(members: Members, calm: Scene, tmp_path: Path, change: str) -> None:
    path = tmp_path / "bundle.tar"
    write(path, members)
    carried.read(path, calm.portal)
    write(path, BROKEN[change](members))
    with pytest.raises(CryptoError):
        carried.read(path, calm.portal)


def test_a_bundle_that_was_cut_short_is_found(members: Members, calm: Scene, tmp_path: Path) -> None:
    path = tmp_path / "bundle.tar"
    write(path, members)
    data = path.read_bytes()
    for length in (0, 511, len(data) // 2, len(data) - 1024, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(CryptoError):
            carried.read(path, calm.portal)


def test_a_bundle_without_what_was_promised_before_is_found(members: Members, calm: Scene, tmp_path: Path) -> None:
    path = tmp_path / "bundle.tar"
    write(path, members)
    bundle = carried.read(path, calm.portal)
    assert list(judge.in_a_bundle(bundle, calm.ledger, now())) == []
    stored, deleted = (calm.ledger.of(entry.id) for _n, entry in bundle.entries()[:2])
    assert stored is not None
    assert deleted is not None
    was, stored.envelope = stored.envelope, bytes(32)
    deleted.deleted = now()
    said = list(judge.in_a_bundle(bundle, calm.ledger, now()))
    assert any(f"{stored.number}: the bundle lists something else" in one for one in said)
    assert any(f"{deleted.number}: deleted, and in a bundle" in one for one in said)
    assert len(said) == 2
    stored.envelope, deleted.deleted = was, None


def write(path: Path, members: Members) -> None:
    """A bundle of these members."""
    with path.open("wb") as out:
        write_container(out, members)
