"""The two applications run from the installed wheel, and intake runs without anything that opens."""

import http.client
import json
import re
import secrets
import subprocess
import urllib.request
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crypto.public.seal import seal_envelope
from crypto.secret.identity import new_seed, public_key
from crypto.wire.digest import sha256
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES
from deploy.commands import Commands
from deploy.rehearsal import Rehearsal
from deploy.serving import HOST, choose_port, server, serving
from intake.routes import ROUTES
from templates import languages
from tests.architecture.conftest import ROOT, install, leave_out

PAGES = ("", "en/", "en/write", "fr/return", "ar/about", "en/limits", "fr/contacts", "static/form.js", "start")
SOURCES = ("crypto", "intake", "review", "templates", "deploy", "tests")
PRESENT = re.compile(r'^<main [^>]*data-questionnaire="([A-Za-z0-9_-]{43})"', re.MULTILINE)

# Asks an application of the installed packages for pages, and says which files were opened meanwhile.
WATCHED = """
import json, sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from pathlib import Path
from intake import config, create_app
client = create_app(config.load(Path(sys.argv[1]))).test_client()
statuses = {path: client.get(path).status_code for path in sys.argv[2:]}
files = [one.__file__ for one in list(sys.modules.values()) if getattr(one, "__file__", None)]
print(json.dumps({"statuses": statuses, "read": opened + files}))
"""


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


def test_every_file_below_static_is_that_of_the_wheel(rehearsal: Rehearsal, wheel: Path, installed: Path) -> None:
    shipped = static_of(wheel)
    built = set(re.findall(r'"(\w+\.js)": ', (ROOT / "intake/browser/tools/build.mjs").read_text()))
    assert built | {"site.css", "icon.svg"} <= set(shipped)
    assert {f"intake/static/{name}.gz" for name in built} <= set(zipfile.ZipFile(wheel).namelist())
    commands = Commands(folder=rehearsal.folder, programs=installed / "bin")
    port = choose_port(0)
    with server(commands, port, "intake", "serve", rehearsal.intake, "--port", port) as intake:
        assert {name: read(f"{intake.address}static/{name}") for name in shipped} == shipped


def test_every_page_in_every_language_comes_from_the_wheel_and_none_from_the_sources(
    rehearsal: Rehearsal, wheel: Path, installed: Path
) -> None:
    paths = [*pages_in_every_language(), *(f"/static/{name}" for name in static_of(wheel)), "/start", "/robots.txt"]
    seen = watched(installed, rehearsal.intake, paths)
    assert seen["statuses"] == dict.fromkeys(paths, 200)
    assert [file for file in seen["read"] if is_source(file)] == []
    for needed in (
        "static/form.js",
        "templates/intake/write.html",
        "translations/intake/ar.po",
        "questionnaires/1.json",
    ):
        assert [file for file in seen["read"] if file.startswith(str(installed)) and file.endswith(needed)], needed


def test_a_file_that_is_read_from_the_sources_would_be_found(installed: Path) -> None:
    reading = WATCHED.replace(
        "from pathlib", f"open({str(ROOT / 'templates/data/annex1.json')!r}).close()\nfrom pathlib"
    )
    reading = reading.replace("client = create_app(config.load(Path(sys.argv[1]))).test_client()", "")
    assert [file for file in run_isolated(installed, reading, "-")["read"] if is_source(file)]


def test_the_questionnaire_that_the_installed_form_asks_is_the_newest_of_the_wheel(
    rehearsal: Rehearsal, wheel: Path, installed: Path
) -> None:
    archive = zipfile.ZipFile(wheel)
    released = [name for name in archive.namelist() if re.fullmatch(r"templates/questionnaires/\d+\.json", name)]
    newest = archive.read(max(released, key=lambda name: int(Path(name).stem)))
    commands = Commands(folder=rehearsal.folder, programs=installed / "bin")
    port = choose_port(0)
    with server(commands, port, "intake", "serve", rehearsal.intake, "--port", port) as intake:
        asked = [PRESENT.findall(read(f"{intake.address}{each}/write").decode()) for each in languages("intake")]
    assert asked == [[to_base64url(sha256(newest))]] * len(languages("intake"))


def pages_in_every_language() -> list[str]:
    """The address of each page of the table of routes."""
    rules = [route.rule for route in ROUTES if route.rule == "/" or route.rule.startswith("/<any(")]
    return [re.sub(r"<any\([^)]*\):language>", each, rule) for rule in rules for each in languages("intake")]


def static_of(wheel: Path) -> dict[str, bytes]:
    """What the wheel has to be served below /static/, by its name there; packed twins are not named."""
    archive = zipfile.ZipFile(wheel)
    base = archive.read("templates/static/shared/base.css")
    found = {}
    for name in archive.namelist():
        folder, _, file = name.rpartition("/")
        if folder in ("intake/static", "templates/static/intake") and not file.endswith(".gz"):
            found[file] = (base if file.endswith(".css") else b"") + archive.read(name)
    return found


def watched(environment: Path, folder: Path, paths: list[str]) -> dict[str, Any]:
    """Statuses by path, and every file that was read."""
    return run_isolated(environment, WATCHED, str(folder), *paths)


def run_isolated(environment: Path, program: str, *words: str) -> dict[str, Any]:
    """What a program says that knows this environment only."""
    command = [str(environment / "bin" / "python"), "-I", "-c", program, *words]
    said: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=environment).stdout)
    return said


def is_source(file: str) -> bool:
    """Whether it lies in a folder of this tree that the product is made of; the packages that are lent do not."""
    return any(Path(file).is_relative_to(ROOT / folder) for folder in SOURCES)


def read(address: str) -> bytes:
    """What an address of our own server gives."""
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  (our own server)
        data: bytes = answer.read()
    return data


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
