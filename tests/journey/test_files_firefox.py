"""The second engine: files are chosen, sealed in a Worker and stored, and Firefox gives them to nobody else."""

from pathlib import Path

from tests.journey.firefox import firefox
from tests.journey.sender import PIECES, THREE, Intake
from tests.journey.tap import tap
from tests.serving import serving


def test_three_files_are_sealed_and_stored_from_firefox(tmp_path: Path) -> None:
    (tmp_path / "opened").mkdir()
    with serving(tmp_path, workers=1, limits="threads = 4") as served:
        intake = Intake(served, tmp_path / "opened")
        with tap(served.port) as wire, firefox() as browser:
            browser.goto(f"{wire.address}/en/write")
            browser.wait_for("fieldset.options input").click()
            browser.press("continue")
            browser.wait_for("#screen textarea").send_keys("The same words, another browser.")
            browser.press("continue")
            for _ in range(4):
                browser.press("skip")
            browser.press("continue")
            for one in THREE:
                path = tmp_path / one["name"]
                path.write_bytes(one["buffer"])
                browser.wait_for("input[type=file]").send_keys(str(path))
            browser.wait_for("#screen .files li:nth-child(3)")
            browser.press("continue")
            browser.press("continue")
            browser.wait_for("[data-slot=digits] li")
        (arrived,) = intake.arrived()
    assert [(one["name"], one["buffer"]) for one in arrived.payloads()] == [
        (one["name"], one["buffer"]) for one in THREE
    ]
    sent = [request.split("/") for request in wire.requests() if request.startswith("PUT ")]
    assert [len(path) for path in sent] == [5] * PIECES + [3]
