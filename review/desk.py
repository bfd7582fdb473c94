"""The open vaults of a station, and how they are locked: on request, and after ten minutes without one."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from review.anchor import Outside
from review.backing import BackupRun
from review.chosen import Reading
from review.exchange_run import Exchanging
from review.keyfile import find_key_files
from review.passphrase import MOST_CHARACTERS
from review.process import KeeperProcess
from review.refusals import Refused
from review.sticks import find_sticks
from review.throttle import Throttle
from review.vault import asks_key_file, vault_names


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFileWanted:
    """What the key file of a vault asks of a page: one that was found is filled in, of several a person chooses."""

    needed: bool
    found: tuple[Path, ...] = ()


class Desk:
    """Holds the keepers. `moment` counts seconds, `today` names the UTC day; `after_lock` forgets what is left."""

    def __init__(
        self,
        station: Path,
        *,
        idle_seconds: float,
        moment: Callable[[], float],
        today: Callable[[], str],
        after_lock: Callable[[], None],
    ) -> None:
        self.today = today
        self.station = station
        self._idle_seconds = idle_seconds
        self._moment = moment
        self._after_lock = after_lock
        self._throttle = Throttle(station, moment)
        self._change = threading.Lock()
        self._keepers: dict[str, KeeperProcess] = {}
        self._backups: dict[str, BackupRun] = {}
        self.exchanging = Exchanging(station)
        self.reading = Reading()
        self._touched: set[str] = set()
        self._outside: dict[str, Outside] = {}
        self._last_use = moment()

    def vaults(self) -> tuple[str, ...]:
        """The vaults that lie in the station's folder."""
        return vault_names(self.station)

    def open_vaults(self) -> tuple[str, ...]:
        """Those that are open now, in order."""
        return tuple(sorted(self._keepers))

    def keeper(self, vault: str) -> KeeperProcess:
        """The keeper of an open vault."""
        try:
            return self._keepers[vault]
        except KeyError:
            raise Refused("no-vault", vault=vault) from None

    def key_file_of(self, vault: str) -> KeyFileWanted:
        """Whether the vault opens with a key file only, and where those that fit are plugged in now."""
        if not asks_key_file(self.station, vault):
            return KeyFileWanted(needed=False)
        return KeyFileWanted(needed=True, found=find_key_files(vault, (stick.folder for stick in find_sticks())))

    def unlock(self, vault: str, passphrase: str, key_file: Path | None = None) -> None:
        """Opens one more vault, or says why not; wrong passphrases make the next try wait."""
        with self._change:
            if vault not in self.vaults() or vault in self._keepers:
                raise Refused("no-vault", vault=vault)
            _check_length(passphrase)
            with self._throttle.trying(vault):
                keeper = KeeperProcess(self.station, vault)
                self._outside[vault] = keeper.open(passphrase, self.today(), key_file)
            if not keeper.ask("check_journal", self.today())["whole"]:
                self._touched.add(vault)
            self._keepers[vault] = keeper
            self._last_use = self._moment()

    def change_passphrase(self, vault: str, old: str, new: str, key_file: Path | None = None) -> None:
        """The vault under another passphrase, if the old one is right. Every other keeper of it is of no use then."""
        keeper = self.keeper(vault)
        for passphrase in (old, new):
            _check_length(passphrase)
        with self._throttle.trying(vault):
            given = {"old": old, "new": new, "key_file": "" if key_file is None else str(key_file)}
            keeper.ask("change_passphrase", self.today(), **given)

    def begin_backup(self, vault: str, folder: Path, passphrase: str, key_file: Path | None = None) -> None:
        """Starts one; `backup` tells how far it is."""
        _check_length(passphrase)
        with self._change:
            before = self._backups.get(vault)
            if before is not None and not before.is_over:
                raise Refused("backup-running", vault=vault)
            run = BackupRun(self.station, vault, self.keeper(vault), self._throttle)
            self._backups[vault] = run
        run.start(folder, passphrase, self.today(), key_file)

    def plan_exchange(self, folder: Path) -> None:
        """Looks into a folder: what would be read into the open vaults, and what would be written."""
        open_now = self.open_vaults()
        closed = tuple(vault for vault in self.vaults() if vault not in open_now)
        self.exchanging.look({vault: self.keeper(vault) for vault in open_now}, closed, folder, self.today())

    def backup(self, vault: str) -> BackupRun | None:
        """The last one that was begun since the vault was opened."""
        return self._backups.get(vault)

    def has_touched_journal(self, vault: str) -> bool:
        """Whether the vault's journal was found changed or cut when it was opened."""
        return vault in self._touched

    def outside(self, vault: str) -> Outside:
        """How the vault fitted to what the station remembers of it, when it was opened."""
        return self._outside.get(vault, "fits")

    def use(self) -> None:
        """Somebody is at the desk."""
        self._last_use = self._moment()

    def lock(self) -> bool:
        """Ends every keeper, whatever happens to one of them; false when nothing was open."""
        with self._change:
            keepers, self._keepers = self._keepers, {}
            self.reading = Reading()
            backups, self._backups = self._backups, {}
            self.exchanging.forget()
            try:
                with ExitStack() as stack:
                    for keeper in keepers.values():
                        stack.callback(keeper.end)
                    for run in backups.values():
                        stack.callback(run.stop)
            finally:
                if keepers:
                    self._after_lock()
        return bool(keepers)

    def lock_if_idle(self) -> bool:
        """Locks when nobody has used the desk for too long."""
        return self._moment() - self._last_use >= self._idle_seconds and self.lock()


def _check_length(passphrase: str) -> None:
    if len(passphrase) > MOST_CHARACTERS:
        raise Refused("passphrase-too-long", most=MOST_CHARACTERS)
