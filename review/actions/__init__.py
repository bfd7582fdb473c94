"""What a keeper does when it is asked: one function an action; the two lists are all there is."""

from review.actions import answering, carrying, files, keeping, keys, reading, verification
from review.actions.answer import Action, Answer, WholeAction

__all__ = ["ACTIONS", "WHOLE_ACTIONS", "Answer"]

ACTIONS: dict[str, Action] = {
    "keys": keys.keys,
    "trust": keys.trust,
    "take": carrying.take,
    "waiting": carrying.waiting,
    "sign_post": carrying.sign_post,
    "left": carrying.left,
    "record": carrying.record,
    "verify_backup": keeping.verify,
    "state": reading.state,
    "check_journal": reading.check_journal,
    "inbox": reading.inbox,
    "aside": reading.aside,
    "case": reading.case,
    "try_reply": answering.try_reply,
    "reply": answering.reply,
    "files": files.files,
    "save_files": files.save_files,
    "verification": verification.verification,
    "verification_version": verification.verification_version,
    "keep_verification": verification.keep_verification,
    "finish_verification": verification.finish_verification,
}

WHOLE_ACTIONS: dict[str, WholeAction] = {
    "write_backup": keeping.write,
    "change_passphrase": keeping.change,
}
