"""Days as intakes live through them: the same requests of many people, mixed in any order, until the day is closed."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from crypto.wire.attachments import PART_LENGTH
from crypto.wire.fields import to_base64url
from intake import config, create_app
from intake.closing import Signer, close_days
from intake.store import Store
from tests.intake.conftest import SetClock, address, headers, make_folder, site_of
from tests.intake.databases import Databases, Kept
from tests.intake.test_closing import NEXT
from tests.material import DAY, Portal, receipt_keys

PEOPLE = 12
Ask = Callable[[Flask], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One that has closed its day, or has not yet."""

    database: str
    store: Store
    app: Flask
    clock: SetClock
    signer: Signer

    @property
    def file(self) -> Path:
        """The database, where it is a file."""
        return Path(self.store.engine.url.database or "")

    def beside(self, ending: str) -> Path:
        """What SQLite keeps beside it."""
        return self.file.with_name(self.file.name + ending)

    def take(self, day: Sequence[Ask]) -> None:
        """All of these, one after the other; nothing is refused."""
        assert {ask(self.app) for ask in day} <= {200, 204}

    def close_day(self) -> None:
        """It is the next day."""
        self.clock.set(NEXT)
        close_days(self.store, self.signer, self.clock)


Build = Callable[[str], Intake]


@contextmanager
def building(
    folder: Path, portal: Portal, databases: Databases, after_ceremony: Callable[[Databases], Kept]
) -> Iterator[Build]:
    """Makes intakes that have imported the ceremony's file, by a name for each."""
    made: list[Intake] = []

    def build(name: str) -> Intake:
        own = make_folder(folder / name, portal, databases=databases, kept=after_ceremony(databases))
        settings, clock = config.load(own), SetClock()
        made.append(
            Intake(
                database=settings.database,
                store=Store.open(settings.database, settings.limits, portal.name),
                app=create_app(settings, clock),
                clock=clock,
                signer=Signer(portal=portal.name, seed=portal.intake_seed),
            )
        )
        return made[-1]

    yield build
    for one in made:
        one.store.close()
        site_of(one.app).store.close()


def mixed(people: Sequence[Sequence[Ask]], seed: int) -> list[Ask]:
    """Everybody's requests in everybody's own order, mixed."""
    turns = [number for number, requests in enumerate(people) for _ in requests]
    random.Random(seed).shuffle(turns)
    left = [iter(requests) for requests in people]
    return [next(left[number]) for number in turns]


def everybody(portal: Portal) -> list[list[Ask]]:
    """What they ask, each in their order."""
    dice = random.Random(7)
    sealed = [portal.envelope(size) for size in range(4)]
    people = [
        writes(dice, sealed[number % 4], parts=dice.choice((0, 0, 1, 2, 3)), again=number % 3 == 0)
        for number in range(PEOPLE)
    ]
    people.append(deletes(sealed[1], dice.randbytes(PART_LENGTH)))
    people.append(gives_up(dice))
    people.append([lambda app: app.test_client().get("/start").status_code] * 2)
    return people


def writes(dice: random.Random, envelope: bytes, *, parts: int, again: bool) -> list[Ask]:
    """Somebody who sends parts, then the envelope; and, after a lost answer, the same again."""
    submission_id = dice.randbytes(16)
    asked = [part(submission_id, dice.randbytes(16), dice.randbytes(PART_LENGTH)) for _ in range(parts)]
    asked.append(whole(submission_id, envelope, parts))
    return asked + asked[-2:] if again else asked


def deletes(envelope: bytes, data: bytes) -> list[Ask]:
    """Somebody who deletes what was sent on the same day."""
    keys, slot = receipt_keys(data[:16]), data[16] % 16
    submission_id, token = keys.submission_id(DAY, slot), keys.delete_token(DAY, slot)
    return [
        part(submission_id, data[:16], data),
        whole(submission_id, envelope, 1),
        lambda app: app.test_client().post("/submissions/delete", data=token).status_code,
    ]


def gives_up(dice: random.Random) -> list[Ask]:
    """Somebody whose parts wait for an envelope that does not come."""
    submission_id = dice.randbytes(16)
    return [part(submission_id, dice.randbytes(16), dice.randbytes(PART_LENGTH)) for _ in range(2)]


def part(submission_id: bytes, name: bytes, data: bytes) -> Ask:
    path = f"{address(submission_id)}/parts/{to_base64url(name)}"
    return lambda app: app.test_client().put(path, data=data).status_code


def whole(submission_id: bytes, envelope: bytes, parts: int) -> Ask:
    told = {**headers(), "Parts": str(parts)}
    return lambda app: app.test_client().put(address(submission_id), data=envelope, headers=told).status_code


def closed_twice(build: Build, people: Sequence[Sequence[Ask]]) -> tuple[Intake, Intake]:
    """Two that got the same in two orders."""
    first, second = build("first"), build("second")
    for seed, one in enumerate((first, second)):
        one.take(mixed(people, seed))
        one.close_day()
    return first, second
