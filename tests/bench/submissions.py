"""What a submission costs the server, beside the least that Flask and SQLite need for the same bytes in one run."""

import http.client
import secrets
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from crypto.public.seal import seal_envelope
from crypto.secret.identity import new_seed, public_key
from crypto.wire.fields import to_base64url
from crypto.wire.frame import MESSAGE_FRAMES
from deploy.rehearsal import Rehearsal
from deploy.serving import HOST, Server, choose_port, server
from tests.bench.figure import Figure

ROUNDS = 5
A_ROUND = 100
WARM_UP = 20
TARGET_MS = 2.5
ROOT = Path(__file__).resolve().parents[2]
BARE = (
    "--no-control-socket",
    "--worker-class",
    "gthread",
    "--threads",
    "16",
    "--pythonpath",
    ROOT,
    "tests.bench.bare:create_app('bare.db')",
)


def measure(rehearsal: Rehearsal) -> list[Figure]:
    """CPU milliseconds of all server processes for one submission: ours, a bare one, and how many of it ours is."""
    keys = [public_key(new_seed())]
    envelopes = [seal_envelope(bytes(MESSAGE_FRAMES[0]), keys) for _ in range(10)]
    headers = {"Parts": "0", "Directory": "1", "Epoch": time.strftime("%Y-%m", time.gmtime())}
    port, bare_port, commands = choose_port(0), choose_port(0), rehearsal.commands
    with (
        server(commands, port, "intake", "serve", rehearsal.intake, "--workers", 1, "--port", port) as ours,
        server(commands, bare_port, "gunicorn", *BARE, "--bind", f"{HOST}:{bare_port}") as bare,
    ):
        # turn by turn, so that whatever else the machine does meets both
        rounds = [(_round(ours, envelopes, headers), _round(bare, envelopes, headers)) for _ in range(ROUNDS)]
    intake_ms, bare_ms = (statistics.median(values) for values in zip(*rounds, strict=True))
    return [
        Figure(
            metric="server CPU for one submission",
            value=intake_ms,
            unit="ms",
            target=TARGET_MS,
            peer="SecureDrop 60 ms, GlobaLeaks 35 ms, Hush Line 17 ms",
        ),
        Figure(metric="the same bytes through a bare Flask insert", value=bare_ms, unit="ms"),
        Figure(metric="ours beside bare", value=intake_ms / bare_ms, unit="times"),
    ]


def _round(one: Server, envelopes: Sequence[bytes], headers: Mapping[str, str]) -> float:
    """CPU milliseconds for one submission, from a round over one connection."""
    process = psutil.Process(one.process.pid)
    connection = http.client.HTTPConnection(HOST, one.port, timeout=30)
    send(connection, envelopes, headers, WARM_UP)
    before = cpu_seconds(process)
    send(connection, envelopes, headers, A_ROUND)
    after = cpu_seconds(process)
    connection.close()
    return (after - before) * 1000 / A_ROUND


def send(
    connection: http.client.HTTPConnection, envelopes: Sequence[bytes], headers: Mapping[str, str], count: int
) -> None:
    """Puts so many envelopes, each under an ID of its own, over one connection."""
    for number in range(count):
        path = f"/submissions/{to_base64url(secrets.token_bytes(16))}"
        connection.request("PUT", path, envelopes[number % len(envelopes)], dict(headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            raise RuntimeError(f"a submission was answered with {answer.status}")


def cpu_seconds(process: psutil.Process) -> float:
    """Of the process and all its children, user and system."""
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(time.user + time.system for time in times)
