"""How long intake takes from its command to its first answer, and what of it is loading."""

import http.client
import statistics
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from deploy.commands import end
from deploy.rehearsal import Rehearsal
from deploy.serving import HOST, choose_port
from tests.bench.figure import Figure

STARTS = 7
WITHIN_SECONDS = 20.0
_PAUSE = 0.005
_LOADING = (
    "import time; begin = time.process_time(); import intake.cli, intake.serve; print(time.process_time() - begin)"
)


def measure(rehearsal: Rehearsal) -> list[Figure]:
    """Medians. The first answer is a whole page of the form."""
    starts = [_start(rehearsal) for _ in range(STARTS)]
    waited, spent = (statistics.median(values) for values in zip(*starts, strict=True))
    return [
        Figure(metric="from `intake serve` to the first page answered", value=waited, unit="s", target=1),
        Figure(metric="CPU of all its processes until then", value=spent, unit="s"),
        Figure(metric="of it loading the code", value=statistics.median(_load() for _ in range(STARTS)), unit="s"),
    ]


def _start(rehearsal: Rehearsal) -> tuple[float, float]:
    """Seconds by the clock and of CPU, for one start with the two workers that it has by itself."""
    port, log = choose_port(0), rehearsal.folder / "start.log"
    begin = time.perf_counter()
    process = rehearsal.commands.start(log, "intake", "serve", rehearsal.intake, "--port", port)
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - begin > WITHIN_SECONDS:
                raise RuntimeError(f"intake did not start: {log.read_text()[-400:]}")
            time.sleep(_PAUSE)
        waited = time.perf_counter() - begin
        whole = psutil.Process(process.pid)
        return waited, sum(_cpu(each) for each in (whole, *whole.children(recursive=True)))
    finally:
        end(process)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=WITHIN_SECONDS)
    with suppress(OSError):
        connection.request("GET", "/en/write")
        answer = connection.getresponse()
        return answer.status == 200 and answer.read().rstrip().endswith(b"</html>")
    connection.close()
    return False


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _load() -> float:
    said = subprocess.run([sys.executable, "-c", _LOADING], check=True, capture_output=True, text=True).stdout
    return float(said)
