"""The second engine: the form opens after its self-test, seals, and intake keeps what was sent; the desk is found."""

from deploy.rehearsal import Rehearsal
from deploy.serving import Serving
from tests.journey.firefox import firefox
from tests.journey.tap import tap


def test_a_message_is_sealed_and_stored_from_firefox(rehearsal: Rehearsal, served: Serving) -> None:
    with tap(served.intake.port) as wire, firefox() as browser:
        browser.goto(f"{wire.address}/en/write")
        browser.wait_for("fieldset.options input").click()
        browser.press("continue")
        browser.wait_for("#screen textarea").send_keys("The same words, another browser.\nÉté, 信, سلام")
        browser.press("continue")
        for _ in range(5):
            browser.press("skip")
        browser.press("continue")
        browser.wait_for("[data-slot=digits] li")
        receipt = "".join(group.text for group in browser.all("[data-slot=digits] li"))
    assert len(receipt) == 40
    assert receipt.isdigit()
    assert [request.split("/")[1] for request in wire.requests() if not request.startswith("GET ")] == ["submissions"]
    assert rehearsal.close_day()


def test_firefox_finds_the_desk_by_its_own_host(served: Serving) -> None:
    with firefox() as browser:
        browser.goto(served.desk_link)
        assert len(browser.all("input[type=password]")) == 3
