"""The real pages in front of a portal that is played: its directories change and its answers come as a test needs."""

import html
import json
import re
from dataclasses import dataclass, field, replace

from playwright.sync_api import Page, Request, Route

from crypto.errors import AgeError
from crypto.public.seal import decoy_slot, seal_slot
from crypto.secret import identity
from crypto.secret.unseal import unseal
from crypto.sign.sign import public, sign
from crypto.wire.frame import MESSAGE_FRAMES, REPLY_FRAMES, Frame, fill
from crypto.wire.message import AccountBody, Message, Routing
from crypto.wire.reply import Reply, ReplyBody, fragments
from tests.material import Portal, receipt_keys

SLOTS_A_PAGE = 4
KEYS = receipt_keys()


@dataclass
class Staged:
    """What intake answers now. `stored`: the envelopes it has taken."""

    portal: Portal
    epoch: str
    slots: list[bytes] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)

    def play(self, page: Page) -> None:
        """From now on this page talks to the played portal; documents come from the server, with another pin."""
        page.route(re.compile(r"/(write|return)$"), self._document)
        page.route("**/start", self._start)
        page.route("**/keys/*", lambda route: route.fulfill(body=self.portal.key_file(self.epoch)))
        page.route("**/mailbox", self._mailbox)
        page.route("**/submissions/*", self._submission)

    def close(self, *committees: str) -> None:
        """Publishes a directory in which these committees are not open any more."""
        changed = tuple(
            replace(one, status="not-open", vaults=()) if one.id in committees else one
            for one in self.portal.directory.committees
        )
        self.portal = self.portal.next(day=self.portal.directory.valid_from, committees=changed)

    def answer(self, vault: str, day: str, text: str) -> None:
        """Puts an answer by this vault, which reads for the committee of its name, into the mailbox."""
        routing = Routing(committees=(vault,), excluded=(), conflicts=(), tag=bytes(32))
        reply = Reply(
            id=identity.new_seed()[:16],
            kind="text",
            portal=self.portal.name,
            thread=public(KEYS.sign_seed()),
            committee=vault,
            vault=vault,
            routing=replace(routing, tag=KEYS.routing_tag(routing)),
            day=day,
            body=ReplyBody(language="en", text=text),
        )
        data = reply.encode()
        signature = sign("reply", self.portal.name, data, self.portal.vaults[vault].sign_seed)
        recipient = identity.public_key(KEYS.reply_seed())
        pieces = fragments(fill(data, signature, REPLY_FRAMES), reply.id)
        self.slots += [seal_slot(piece, recipient) for piece in pieces]

    def words_for(self, vault: str) -> list[str]:
        """What this vault can read of all that was stored."""
        seed = self.portal.vaults[vault].seeds[self.epoch]
        return [words for envelope in self.stored for words in _opened(envelope, seed)]

    def _document(self, route: Route) -> None:
        answer = route.fetch()
        pin = html.escape(self.portal.pin_bytes().decode())
        route.fulfill(response=answer, body=re.sub(r'data-pin="[^"]*"', lambda _: f'data-pin="{pin}"', answer.text()))

    def _start(self, route: Route) -> None:
        newest = self.portal.notes[-1].encode().decode()
        route.fulfill(json={"v": 1, "directory": newest, "changes": [], "records": []})

    def _mailbox(self, route: Route) -> None:
        page = int.from_bytes((route.request.post_data_buffer or b"")[-2:], "big")
        slots = self.slots[page * SLOTS_A_PAGE : (page + 1) * SLOTS_A_PAGE]
        route.fulfill(body=b"".join(slots + [decoy_slot() for _ in range(SLOTS_A_PAGE - len(slots))]))

    def _submission(self, route: Route) -> None:
        if _directory_of(route.request) != self.portal.directory.seq:
            problem = {"type": "about:blank", "title": "old", "status": 409, "code": "directory-outdated"}
            route.fulfill(status=409, content_type="application/problem+json", body=json.dumps(problem))
            return
        self.stored.append(route.request.post_data_buffer or b"")
        route.fulfill(status=204)


def _directory_of(request: Request) -> int:
    return int(request.headers["directory"])


def _opened(envelope: bytes, seed: bytes) -> list[str]:
    try:
        message = Message.parse(Frame.parse(unseal(envelope, [seed]), MESSAGE_FRAMES).message)
    except AgeError:
        return []
    if not isinstance(message.body, AccountBody):
        return [message.body.text]
    return [answer for answer in message.body.answers.values() if isinstance(answer, str)]
