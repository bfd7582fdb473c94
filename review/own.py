"""The SQL of a vault about itself: its keys, what the ceremony gave it, the days it has imported: a base of `Store`."""

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from review import schema
from review.records import ImportedDay, Own


class OwnStore:
    """Inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- the vault itself

    def add_own(self, name: str, signing_seed: bytes) -> None:
        """The first row of a new vault."""
        self._db.execute(insert(schema.own).values(id=1, name=name, signing_seed=signing_seed))

    def own(self) -> Own:
        """The vault's own row."""
        row = self._db.execute(select(schema.own)).one()
        return Own(
            name=row.name,
            signing_seed=row.signing_seed,
            pin=row.pin,
            believed=row.believed,
            record=row.record,
            judged=row.judged,
        )

    def set_pin(self, pin: bytes) -> None:
        """What the vault believes from now on before it has read anything."""
        self._db.execute(update(schema.own).values(pin=pin))

    def set_believed(self, seq: int) -> None:
        """The directory that passed all checks."""
        self._db.execute(update(schema.own).values(believed=seq))

    def set_record(self, note: bytes) -> None:
        """The newest record that the vault has signed."""
        self._db.execute(update(schema.own).values(record=note))

    def set_judged(self, rules: int) -> None:
        """By which release's rules what stands aside was judged now."""
        self._db.execute(update(schema.own).values(judged=rules))

    def add_seed(self, epoch: str, seed: bytes) -> None:
        """The private sealing key of one epoch."""
        self._db.execute(insert(schema.seeds).values(epoch=epoch, seed=seed))

    def seeds(self) -> dict[str, bytes]:
        """Epoch id -> seed."""
        return {row.epoch: row.seed for row in self._db.execute(select(schema.seeds).order_by(schema.seeds.c.epoch))}

    # --- what came from the ceremony

    def add_directory(self, seq: int, note: bytes) -> None:
        """A directory note; the first one of its number stays."""
        self._db.execute(insert_or(schema.directories).values(seq=seq, note=note).on_conflict_do_nothing())

    def directories(self) -> dict[int, bytes]:
        """seq -> note."""
        rows = self._db.execute(select(schema.directories).order_by(schema.directories.c.seq))
        return {row.seq: row.note for row in rows}

    def add_key_file(self, sha256: bytes, data: bytes) -> None:
        """A key file by its hash."""
        self._db.execute(insert_or(schema.key_files).values(sha256=sha256, data=data).on_conflict_do_nothing())

    def key_files(self) -> dict[bytes, bytes]:
        """SHA-256 -> key file."""
        return {row.sha256: row.data for row in self._db.execute(select(schema.key_files))}

    def add_post_key(self, key: bytes, seed: bytes) -> None:
        """The seed of a post key by its public key."""
        self._db.execute(insert_or(schema.post_keys).values(key=key, seed=seed).on_conflict_do_nothing())

    def post_keys(self) -> dict[bytes, bytes]:
        """Public key -> seed."""
        return {row.key: row.seed for row in self._db.execute(select(schema.post_keys))}

    # --- days

    def days(self) -> dict[int, ImportedDay]:
        """Every manifest that was imported, by its counter."""
        return {row.n: ImportedDay(day=row.day, hash=row.hash) for row in self._db.execute(select(schema.days))}

    def last_day(self) -> str | None:
        """The newest day that was imported."""
        newest: str | None = self._db.scalar(select(func.max(schema.days.c.day)))
        return newest

    def add_day(self, n: int, day: str, manifest_hash: bytes) -> None:
        """A manifest that is now imported."""
        self._db.execute(insert(schema.days).values(n=n, day=day, hash=manifest_hash))
