"""Closes days, carries bundles out and files in, with the real commands; whatever is killed is done again some time.

What the courier has read in a whole bundle is as good as imported by every vault: its records say so, and intake may
purge it.
"""

import random
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path

from crypto.errors import CryptoError
from crypto.sign.sign import signed_note
from crypto.wire.digest import sha256
from crypto.wire.record import NamedDirectory, NamedManifest, Record
from intake.store import Store
from tests.kills import carried, held, judge
from tests.kills.ledger import Ledger, now
from tests.kills.service import INTAKE
from tests.material import Portal, any_slot, container
from tests.serving import TODAY

BUSY = "intake: others are writing to the database: try again\n"
COMMANDS = ("close-day", "export", "import")
_MOST_SECONDS = 100
_KILLED = -9
_SLOTS = 12


@dataclass(slots=True, kw_only=True, eq=False)
class Running:
    """A command, and its last argument: what it carries, in most cases."""

    name: str
    file: str
    process: "subprocess.Popen[str]"


@dataclass(slots=True, kw_only=True, eq=False)
class Courier:
    """Has a folder of its own for what is carried, and does next the command that is `wanted`, if any.

    `excused` are other last words of commands that are no fault.
    """

    folder: Path
    intake: Path
    portal: Portal
    store: Store
    ledger: Ledger
    dice: random.Random
    excused: Sequence[str] = ()
    usual: dict[str, float] = field(default_factory=dict)
    running: Running | None = None
    wanted: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    _chain: tuple[bytes, ...] = ()
    _posts: "Iterator[int]" = field(default_factory=lambda: count(1))
    _records: "Iterator[int]" = field(default_factory=lambda: count(1))
    _waiting: dict[Path, frozenset[bytes]] = field(default_factory=dict)

    @property
    def bundle(self) -> Path:
        """Where every export goes."""
        return self.folder / "bundle.tar"

    def run(self) -> None:
        """Until it is over. The body of a thread."""
        wanted = {
            "close-day": (self.close,),
            "export": (self.carry_out,),
            "import": (self.bring_records, self.bring_post, self.bring_ceremony),
        }
        habit = cycle((self.carry_out, self.bring_records, self.close, self.bring_post, self.close))
        try:
            (self.folder / "ceremony.tar").write_bytes(self.portal.ceremony_file())
            while not self.ledger.over.is_set():
                (self.dice.choice(wanted[self.wanted]) if self.wanted else next(habit))()
                self.ledger.fault_all(judge.seen_at_any_moment(held.read(self.store, self.portal.name), self.ledger))
        except Exception as error:
            self.ledger.fault(f"the courier ended: {error!r}")
            raise

    def close(self) -> bool:
        """What is there of today becomes a manifest; what every vault has backed up goes."""
        return self._command("close-day", "--short")

    def carry_out(self) -> bool:
        """Whatever became of the command: what lies under the name of the bundle is whole, this one or the last."""
        began = now()
        done = self._command("export", str(self.bundle))
        if self.bundle.exists():
            try:
                self._take(carried.read(self.bundle, self.portal), began if done else None)
            except CryptoError as error:
                self.ledger.fault(f"half a bundle: {error}")
        return done

    def bring_ceremony(self) -> bool:
        """The same file again."""
        return self._command("import", str(self.folder / "ceremony.tar"))

    def bring_post(self) -> bool:
        """A post that was interrupted is brought again; another one follows it."""
        if not self._waiting:
            slots = {sha256(slot): slot for slot in (any_slot(next(self._posts)) for _ in range(_SLOTS))}
            post = self.folder / "post.tar"
            post.write_bytes(self.portal.post([(self.dice.randbytes(32), slot) for slot in slots.values()], TODAY))
            self._waiting[post] = frozenset(slots)
            self.ledger.posts[frozenset(slots)] = False
        ((post, hashes),) = self._waiting.items()
        if not self._command("import", str(post)):
            return False
        self.ledger.posts[hashes] = True
        del self._waiting[post]
        return True

    def bring_records(self) -> bool:
        """Every vault says that it has backed up what was carried out so far."""
        records = self.folder / "records.tar"
        if not records.exists() or self.dice.random() < 0.7:  # else the same file again
            records.write_bytes(self._records_file(next(self._records)))
        return self._command("import", str(records))

    def check(self) -> str:
        """What `intake check` says is wrong; nothing when it is content."""
        done = subprocess.run(
            [INTAKE, "check", str(self.intake)], capture_output=True, text=True, check=False, timeout=_MOST_SECONDS
        )
        return "" if done.returncode == 0 else done.stderr or f"status {done.returncode}"

    def _take(self, bundle: carried.Carried, began: float | None) -> None:
        """A bundle may say more than the one before, never something else."""
        if began is not None:
            if bundle.hashes[: len(self._chain)] != self._chain:
                self.ledger.fault("a manifest that was carried out has changed, or is missing")
            self._chain = bundle.hashes
            self.ledger.fault_all(judge.in_a_bundle(bundle, self.ledger, began))
            self.ledger.count("bundles")
        for one, envelope in bundle.envelopes.items():
            self.ledger.taken[one] = envelope, dict(bundle.parts.get(one, {}))

    def _records_file(self, number: int) -> bytes:
        last = NamedManifest(n=len(self._chain), hash=self._chain[-1]) if self._chain else None
        directory = NamedDirectory(seq=self.portal.directory.seq, hash=self.portal.notes[-1].hash())
        record = Record(n=number, day=TODAY, manifest=last, backed_up=last is not None, directory=directory)
        name, json = self.portal.name, record.encode()
        notes = [
            (f"record/{vault}", signed_note("record", name, json, vault, self.portal.vaults[vault].sign_seed))
            for vault in sorted(self.portal.vaults)
        ]
        return container([("format", f"sealed-intake/records/v1 {name}\n".encode("ascii")), *notes])

    def _command(self, name: str, *arguments: str) -> bool:
        """Whether it ended well. It may be killed, or find the database busy; anything else is a fault."""
        process = subprocess.Popen(
            [INTAKE, name, str(self.intake), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        began = now()
        self._announce(Running(name=name, file=arguments[-1], process=process))
        _said, wrong = process.communicate(timeout=_MOST_SECONDS)
        self._announce(None)
        if process.returncode == 0:
            self.usual[name] = now() - began
            self.ledger.count(f"{name} done")
            return True
        self.ledger.count(f"{name} {'killed' if process.returncode == _KILLED else 'refused'}")
        if process.returncode != _KILLED and wrong != BUSY and wrong not in self.excused:
            self.ledger.fault(f"{name} ended with {process.returncode}: {wrong}")
        return False

    def _announce(self, running: Running | None) -> None:
        with self.changed:
            self.running = running
            self.changed.notify_all()
