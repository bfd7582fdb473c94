"""Sixteen submitters, a courier, a killer, and the judge's word on what is left."""

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from crypto.wire.fields import to_base64url
from intake import config
from intake.serve import MEMORY
from intake.store import Store
from tests.intake.conftest import make_folder, take
from tests.intake.databases import Databases
from tests.intake.hosts import portal_of_today
from tests.kills import held, judge
from tests.kills.courier import Courier
from tests.kills.killer import Killer, Strike
from tests.kills.ledger import Ledger, now
from tests.kills.sealed import Desk
from tests.kills.service import Service, serving
from tests.kills.submitters import Submitter, ask, headers_of
from tests.material import Portal
from tests.serving import TODAY

SUBMITTERS = 16
_FIRST_SECONDS = 60
_END_SECONDS = 200
_HEARTBEAT = "wgunicorn-*"
_LIMITS = "\n[limits]\nbusy_seconds = 60\n"
"""However slow the machine, an answer that the database is busy is no part of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An intake in real processes, and everybody who uses it."""

    base: Path
    seed: int
    portal: Portal
    desk: Desk
    ledger: Ledger
    store: Store
    service: Service
    courier: Courier
    killer: Killer

    @property
    def intake(self) -> Path:
        """The folder of the intake."""
        return self.courier.intake

    def dice(self, whose: str) -> random.Random:
        """Dice of one's own: nobody's throws depend on when others throw."""
        return random.Random(f"{self.seed} {whose}")

    def play(self, kills: int, pause_seconds: float = 1.2) -> None:
        """All at once, until so many kills are done; then everybody finishes what was begun."""
        people = [self.submitter(number, pause_seconds) for number in range(SUBMITTERS)]
        threads = [threading.Thread(target=run) for run in (*(one.run for one in people), self.courier.run)]
        for thread in threads:
            thread.start()
        try:
            self.killer.run(kills)
        finally:
            self.ledger.over.set()
            for thread in threads:
                thread.join(_END_SECONDS)

    def settle_up(self) -> list[str]:
        """One more round that nobody disturbs, and then everything that is wrong."""
        courier, ledger = self.courier, self.ledger
        steps = (courier.bring_post, courier.close, courier.carry_out, courier.bring_records, courier.close)
        wrong = [f"undisturbed, {step.__name__} failed" for step in (*steps, courier.carry_out) if not step()]
        if words := courier.check():
            wrong.append(f"intake check: {words}")
        found = held.read(self.store, self.portal.name, whole=True)
        wrong += [*judge.seen_at_any_moment(found, ledger), *judge.at_the_end(found, ledger), *self._replay()]
        return [*ledger.faults, *wrong, *self._litter()]

    def report(self) -> str:
        """What happened, for whoever has to find out why."""
        history, counts = "\n".join(self.killer.history), dict(sorted(self.ledger.counts.items()))
        waits = ", ".join(f"{wait:.1f}" for wait in sorted(self.killer.waits))
        return f"seed {self.seed}; {self.service.starts} starts; away for {waits} s\n{counts}\n{history}"

    def submitter(self, number: int, pause_seconds: float) -> Submitter:
        """One of sixteen people."""
        return Submitter(
            number=number,
            people=SUBMITTERS,
            port=self.service.port,
            desk=self.desk,
            ledger=self.ledger,
            pause_seconds=pause_seconds,
            dice=self.dice(f"submitter {number}"),
        )

    def _replay(self) -> Iterator[str]:
        """The same bytes again are welcome, purged or not, and other bytes never."""
        kept = [promise for promise in self.ledger.promises() if promise.kept]
        for promise in self.dice("replay").sample(kept, min(20, len(kept))):
            sealed = self.desk.seal(promise.number)
            path = f"/submissions/{to_base64url(promise.id)}"
            other = sealed.envelope[:-1] + bytes([sealed.envelope[-1] ^ 1])
            said = [self._answer(path, body, headers_of(sealed)) for body in (sealed.envelope, other)]
            if said != [204, 409]:
                yield f"{promise.number}: the same again and something else are answered with {said}"

    def _answer(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Asked again for as long as the database is away: a worker may not have heard yet that it is back."""
        until = now() + _FIRST_SECONDS
        while (status := ask(self.service.port, "PUT", path, body, headers)[0]) == 503 and now() < until:
            sleep(0.1)
        return status

    def _litter(self) -> Iterator[str]:
        """Files that nobody wants are left nowhere."""
        expected = {config.SETTINGS, config.PIN, config.KEY, "intake.db", "intake.db-wal", "intake.db-shm"}
        if more := {path.name for path in self.intake.iterdir()} - expected:
            yield f"left in the folder of the intake: {sorted(more)}"
        carried = {"bundle.tar", "ceremony.tar", "post.tar", "records.tar"}
        if more := {path.name for path in self.courier.folder.iterdir()} - carried:
            yield f"left beside the bundle: {sorted(more)}"
        beats = set(MEMORY.glob(_HEARTBEAT))
        sleep(0.5)  # one that is just being made is gone by then
        if beats & set(MEMORY.glob(_HEARTBEAT)):
            yield "the heartbeat of a worker is left"


@contextmanager
def scene(
    base: Path,
    databases: Databases,
    seed: int,
    *,
    more: Mapping[str, Strike] | None = None,
    excused: Sequence[str] = (),
) -> Iterator[Scene]:
    """A demo intake that has imported the ceremony's file and answers; nothing of it runs at the end."""
    portal = portal_of_today()
    folder = _folder(base / "intake", portal, databases)
    settings = config.load(folder)
    ledger, carried = Ledger(), base / "carried"
    carried.mkdir()
    store = Store.open(settings.database, settings.limits, portal.name)
    with closing(store), serving(folder) as service:
        courier = Courier(
            folder=carried,
            intake=folder,
            portal=portal,
            store=store,
            ledger=ledger,
            dice=random.Random(f"{seed} courier"),
            excused=excused,
        )
        killer = Killer(
            service=service,
            courier=courier,
            ledger=ledger,
            dice=random.Random(f"{seed} killer"),
            more=more or {},
        )
        assert service.answers_again(_FIRST_SECONDS) is not None
        yield Scene(
            base=base,
            seed=seed,
            portal=portal,
            desk=Desk.of(portal, TODAY[:7], seed),
            ledger=ledger,
            store=store,
            service=service,
            courier=courier,
            killer=killer,
        )


def outlive(played: Scene, kills: int) -> None:
    """Everybody at once, so many kills, and nothing is wrong; they met an intake that was in full use."""
    played.play(kills)
    wrong = played.settle_up()
    assert wrong == [], "\n".join([*wrong[:20], played.report()])
    counts = played.ledger.counts
    assert min(counts[name] for name in ("stored", "parts", "deleted", "bundles")) > 0, played.report()
    assert counts["lines lost"] + counts["answers 503 unavailable"] > 0, played.report()


def _folder(folder: Path, portal: Portal, databases: Databases) -> Path:
    make_folder(folder, portal, TODAY, databases=databases, demo=True)
    with (folder / config.SETTINGS).open("a") as settings:
        settings.write(_LIMITS)
    loaded = config.load(folder)
    store = Store.open(loaded.database, loaded.limits, portal.name)
    take(store, portal, portal.ceremony_file(), TODAY)
    store.close()
    return folder
