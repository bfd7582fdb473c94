"""The two applications run from the installed wheel, and intake runs without anything that opens."""

import http.client
import secrets
import subprocess
import urllib.request
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from crypto.public.seal import seal_envelope
from crypto.secret.identity import new_seed, public_key
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES
from deploy.commands import Commands
from deploy.rehearsal import Rehearsal
from deploy.serving import HOST, choose_port, server, serving
from tests.architecture.conftest import install, leave_out

PAGES = ("", "en/", "en/write", "fr/return", "ar/about", "en/limits", "fr/contacts", "static/form.js", "start")


def test_both_applications_start_from_the_installed_wheel(rehearsal: Rehearsal, installed: Path) -> None:
    commands = Commands(folder=rehearsal.folder, programs=installed / "bin")
    elsewhere = Rehearsal(commands=commands, passphrases=rehearsal.passphrases)
    with serving(elsewhere, choose_port(0), choose_port(0)) as addresses:
        for page in PAGES:
            assert status_of(addresses.intake.address + page) == 200
        assert knock(addresses.desk_link) == 303


def test_intake_serves_and_takes_submissions_with_everything_that_opens_deleted(
    rehearsal: Rehearsal, wheel: Path, tmp_path: Path
) -> None:
    environment = install(wheel, tmp_path / "venv")
    leave_out(environment, "crypto/secret", "review")
    for gone in ("crypto.secret", "review"):
        assert (
            subprocess.run([environment / "bin" / "python", "-I", "-c", f"import {gone}"], check=False).returncode == 1
        )
    commands = Commands(folder=rehearsal.folder, programs=environment / "bin")
    port = choose_port(0)
    with server(commands, port, "intake", "serve", rehearsal.intake, "--port", port) as intake:
        for page in PAGES:
            assert status_of(intake.address + page) == 200
        assert submit(port) == 204
    commands.run("intake", "close-day", rehearsal.intake, "--short")
    commands.run("intake", "export", rehearsal.intake, tmp_path / "bundle.tar")
    assert (tmp_path / "bundle.tar").stat().st_size > 57_782


def test_the_wheel_holds_the_four_packages_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    roots = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert roots == {"crypto", "intake", "review", "templates"}
    assert not [name for name in names if "intake/browser" in name or "node_modules" in name]
    for needed in ("intake/static/form.js", "templates/static/shared/base.css", "crypto/FORMAT.md"):
        assert needed in names
    assert [name for name in names if name.startswith("templates/translations/") and name.endswith(".po")]
    assert [name for name in names if name.startswith("intake/migrations/versions/") and name.endswith(".py")]
    assert [name for name in names if name.startswith("review/migrations/versions/") and name.endswith(".py")]


def status_of(address: str) -> int:
    """What a page is answered with."""
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  (our own server)
        status: int = answer.status
        return status


def knock(link: str) -> int:
    """Follows the desk's link, whose host is a name for this machine that browsers know; the status of the answer."""
    host, _, path = link.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(HOST, int(host.rpartition(":")[2]), timeout=10)
    connection.request("GET", f"/{path}", headers={"Host": host})
    status = connection.getresponse().status
    connection.close()
    return status


def submit(port: int) -> int:
    """Puts a sealed envelope; the status of the answer."""
    envelope = seal_envelope(bytes(MESSAGE_FRAMES[0]), [public_key(new_seed())])
    headers = {"Parts": "0", "Directory": "1", "Epoch": f"{datetime.now(UTC):%Y-%m}"}
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.request("PUT", f"/submissions/{to_base64url(secrets.token_bytes(16))}", envelope, headers)
    status = connection.getresponse().status
    connection.close()
    return status
