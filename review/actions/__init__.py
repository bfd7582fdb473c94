"""What a keeper does when it is asked: one function an action, `ACTIONS` is the whole list."""

from review.actions import answering, carrying, files, keys, reading
from review.actions.answer import Action, Answer

__all__ = ["ACTIONS", "Answer"]

ACTIONS: dict[str, Action] = {
    "keys": keys.keys,
    "trust": keys.trust,
    "take": carrying.take,
    "waiting": carrying.waiting,
    "sign_post": carrying.sign_post,
    "left": carrying.left,
    "record": carrying.record,
    "state": reading.state,
    "check_journal": reading.check_journal,
    "inbox": reading.inbox,
    "aside": reading.aside,
    "case": reading.case,
    "try_reply": answering.try_reply,
    "reply": answering.reply,
    "files": files.files,
    "save_files": files.save_files,
}
