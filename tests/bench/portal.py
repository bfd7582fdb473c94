"""An intake of the size that is planned for, in a folder of its own: fifteen vaults, each with a record."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crypto.sign.sign import signed_note
from crypto.wire.record import NamedDirectory, Record
from intake import config
from intake.store import Store
from tests.intake.conftest import SQLITE_FILES, make_folder, take
from tests.intake.databases import Databases
from tests.material import Committees, Portal, container, make_portal

TODAY = datetime.now(UTC).date().isoformat()
_MONTHS = 15
# The ten committees of the first annex with their readers as printed, and the Secretariat's desk.
FIFTEEN: Committees = {
    **{name: ("single", (name,)) for name in ("ccpr", "cescr", "cat", "cerd", "spt", "ced", "desk")},
    **{name: ("principal-alternate", (f"{name}-1", f"{name}-2")) for name in ("cedaw", "crc", "cmw", "crpd")},
}


def fifteen_vaults(months: int = _MONTHS) -> Portal:
    """A portal after a ceremony of today, with keys for so many months."""
    first = date.fromisoformat(TODAY).replace(day=15)
    epochs = [(first + timedelta(days=round(30.4 * month))).strftime("%Y-%m") for month in range(months)]
    return make_portal(day=TODAY, epochs=epochs, committees=FIFTEEN)


def make_intake(folder: Path, portal: Portal, databases: Databases = SQLITE_FILES) -> Path:
    """Its folder, with the ceremony's file and the records of all vaults imported; a demo, whose days may be short."""
    make_folder(folder, portal, TODAY, databases=databases, demo=True)
    settings = config.load(folder)
    store = Store.open(settings.database, settings.limits, portal.name)
    take(store, portal, portal.ceremony_file(), TODAY)
    take(store, portal, records_file(portal), TODAY)
    store.close()
    return folder


def records_file(portal: Portal) -> bytes:
    """What the courier brings from all stations before they have imported a day."""
    record = Record(
        n=1,
        day=TODAY,
        manifest=None,
        backed_up=False,
        directory=NamedDirectory(seq=portal.directory.seq, hash=portal.notes[-1].hash()),
    )
    return container(
        [
            ("format", f"sealed-intake/records/v1 {portal.name}\n".encode("ascii")),
            *(
                (f"record/{vault}", signed_note("record", portal.name, record.encode(), vault, secrets.sign_seed))
                for vault, secrets in sorted(portal.vaults.items())
            ),
        ]
    )
