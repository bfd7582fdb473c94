"""64 submitters at once, each over a connection of its own: how many are served a second, and how long each waits."""

import http.client
import multiprocessing
import secrets
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from crypto.wire.fields import to_base64url
from deploy.commands import Commands
from deploy.serving import HOST, choose_port, server
from tests.bench.figure import Figure
from tests.bench.portal import TODAY
from tests.material import Portal

SUBMITTERS, PROCESSES, EACH = 64, 4, 25


def measure(commands: Commands, folder: Path, portal: Portal) -> list[Figure]:
    """`intake serve` as it is started by default; the submitters share the machine with it."""
    epoch = TODAY[:7]
    envelopes = [portal.envelope(epoch=epoch) for _ in range(4)]
    port = choose_port(0)
    with (
        server(commands, port, "intake", "serve", folder, "--port", port),
        multiprocessing.get_context("spawn").Pool(PROCESSES) as pool,
    ):
        pool.map(partial(_submit, port, envelopes, 1), range(PROCESSES))  # everything is loaded and connected once
        begun = time.monotonic()
        waits = [wait for some in pool.map(partial(_submit, port, envelopes, EACH), range(PROCESSES)) for wait in some]
        took = time.monotonic() - begun
    of_hundred = statistics.quantiles(waits, n=100)
    return [
        Figure(metric="64 submitters at once", value=len(waits) / took, unit="a second", better="higher"),
        Figure(metric="64 submitters at once, the middle one waits", value=of_hundred[49] * 1000, unit="ms"),
        Figure(metric="64 submitters at once, one of a hundred waits", value=of_hundred[98] * 1000, unit="ms"),
    ]


def _submit(port: int, envelopes: Sequence[bytes], each: int, _process: int) -> list[float]:
    """A share of the submitters, in threads; how long each envelope took until its 204, in seconds."""
    count = SUBMITTERS // PROCESSES
    with ThreadPoolExecutor(count) as pool:
        return [wait for some in pool.map(lambda _: _one(port, envelopes, each), range(count)) for wait in some]


def _one(port: int, envelopes: Sequence[bytes], each: int) -> list[float]:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    headers = {"Parts": "0", "Directory": "1", "Epoch": TODAY[:7]}
    waits = []
    for number in range(each):
        begun = time.monotonic()
        path = f"/submissions/{to_base64url(secrets.token_bytes(16))}"
        connection.request("PUT", path, envelopes[number % len(envelopes)], headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            raise RuntimeError(f"a submission was answered with {answer.status}")
        waits.append(time.monotonic() - begun)
    connection.close()
    return waits
