"""The one object that holds what a running intake needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from crypto.public.trust import Pin
from intake.clock import Clock, day_of
from intake.config import Config
from intake.content import Content, static_contents
from intake.directories import Directories, Standing
from intake.limits import Limits
from intake.pages import Pages
from intake.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Store, directories, clock and pages of one portal."""

    pin: Pin
    limits: Limits
    clock: Clock
    store: Store
    directories: Directories
    pages: Pages
    static: Mapping[str, Content]

    @classmethod
    def open(cls, config: Config, clock: Clock) -> "Site":
        """Opens the database; it will not grow beyond its limit by submissions."""
        store = Store.open(config.database, config.limits, config.pin.portal, capped=True)
        static = static_contents()
        return cls(
            pin=config.pin,
            limits=config.limits,
            clock=clock,
            store=store,
            directories=Directories(config.pin),
            pages=Pages(config, static),
            static=static,
        )

    def today(self) -> str:
        """The UTC day."""
        return day_of(self.clock())

    def standing(self) -> Standing:
        """What the directories mean today."""
        with self.store.look() as look:
            return self.directories.on(self.today(), look)
