"""A desk inside a network namespace of its own, where nothing leads out but what a test adds.

`python -m tests.review.alone STATION WHAT` runs there, as the first program of the namespace, and prints JSON.
"""

import json
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.review.conftest import PASSPHRASE
from tests.review.test_memory import served, wait_until

ROOT = Path(__file__).resolve().parents[2]
# Networks for documentation (RFC 5737, RFC 3849): nobody is there.
FAR4, FAR6 = "192.0.2.1", "2001:db8::1"
_WITHIN_SECONDS = 120


def alone(station: Path, what: str) -> Any:
    """What came of it, told by the program inside."""
    inside = [sys.executable, "-m", "tests.review.alone", str(station), what]
    command = ["unshare", "--net", "--map-root-user", *inside]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_WITHIN_SECONDS)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def calls() -> int:
    """What programs of this namespace wanted to send and no route was there for, and every datagram, which is how names
    are asked for: since the namespace was made, as the kernel counts them.
    """
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text("ascii").splitlines())
    lines = Path("/proc/net/snmp").read_text("ascii").splitlines()
    four = dict[str, str]()
    for heads, values in zip(lines[::2], lines[1::2], strict=True):
        layer, *names = heads.split()
        four |= {layer + name: value for name, value in zip(names, values.split()[1:], strict=True)}
    counted = (four["Ip:OutNoRoutes"], four["Udp:OutDatagrams"], six["Ip6OutNoRoutes"], six["Udp6OutDatagrams"])
    return sum(map(int, counted))


def a_days_work(station: Path) -> dict[str, object]:
    """Unlocks, reads a case, answers it, and lays the answer out for the post."""
    with served(station, "--port", "0") as (_, browser):
        browser.get("/unlock")
        statuses = [browser.post("/unlock", **{"passphrase-cat": PASSPHRASE})]
        statuses += [browser.get("/"), browser.get("/cases/cat/1"), browser.get("/cases/cat/1/write")]
        statuses += [browser.get(f"/static/{name}") for name in ("desk.css", "desk.js", "desk.svg")]
        browser.get("/cases/cat/1/write")
        words = {"kind": "text", "language": "en", "text": "We have read what you sent.", "weeks": "0"}
        statuses += [browser.post("/cases/cat/1/draft", **words), browser.post("/cases/cat/1/seal", **words)]
        browser.get("/")
        statuses += [browser.post("/lock")]
    return {"statuses": statuses, "calls": calls()}


def a_network_comes_up(station: Path) -> dict[str, object]:
    """While a case is open; and goes again."""
    with served(station, "--port", "0") as (listening, browser):
        browser.get("/unlock")
        browser.post("/unlock", **{"passphrase-cat": PASSPHRASE})
        found = [browser.get("/cases/cat/1")]
        others = listening.children(recursive=True)
        lead_out()
        found += [browser.get("/cases/cat/1")]
        said = browser.page
        wait_until(lambda: not any(one.is_running() for one in others))
        found += [browser.get("/unlock")]
        subprocess.run(["ip", "link", "delete", "out"], check=True)
        found += [browser.get("/cases/cat/1"), browser.get("/unlock")]
    return {"statuses": found, "said": said}


def starting_with_a_network(station: Path) -> dict[str, object]:
    """What the command says, and whether anything listens then."""
    lead_out()
    command = [str(Path(sys.executable).with_name("review")), "serve", str(station), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_WITHIN_SECONDS)
    return {"status": done.returncode, "said": done.stdout, "complained": done.stderr}


def calling_out(_station: Path) -> dict[str, object]:
    """The control: what a program that called anybody would leave behind."""
    before, counted = calls(), []
    for family, address in ((socket.AF_INET, FAR4), (socket.AF_INET6, FAR6)):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(family, kind) as one, suppress(OSError):
                one.connect((address, 443))
            counted.append(calls() - before)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"a name?", ("127.0.0.53", 53))
    return {"counted": [*counted, calls() - before]}


def lead_out() -> None:
    """A device with a default route, to which nothing answers."""
    for words in (
        "link add out type veth peer name far",
        "address add 192.0.2.1/24 dev out",
        "link set out up",
        "link set far up",
        "route add default via 192.0.2.2",
    ):
        subprocess.run(["ip", *words.split()], check=True)


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    works = (a_days_work, a_network_comes_up, starting_with_a_network, calling_out)
    work = {one.__name__: one for one in works}[sys.argv[2]]
    print(json.dumps(work(Path(sys.argv[1]))))
