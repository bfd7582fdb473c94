"""What a keeper does when it is asked: one function an action; the lists are all there is."""

from review.actions import answering, carrying, consent, files, journal, keeping, keys, reading, verification
from review.actions.answer import Action, Answer, Tell, TellingAction, WholeAction

__all__ = ["ACTIONS", "TELLING_ACTIONS", "WHOLE_ACTIONS", "Answer", "Tell"]

ACTIONS: dict[str, Action] = {
    "keys": keys.keys,
    "trust": keys.trust,
    "waiting": carrying.waiting,
    "sign_post": carrying.sign_post,
    "left": carrying.left,
    "record": carrying.record,
    "verify_backup": keeping.verify,
    "state": reading.state,
    "check_journal": reading.check_journal,
    "inbox": reading.inbox,
    "search": reading.search,
    "aside": reading.aside,
    "case": reading.case,
    "try_reply": answering.try_reply,
    "reply": answering.reply,
    "files": files.files,
    "save_files": files.save_files,
    "case_head": consent.case_head,
    "consent": consent.consent,
    "try_consent": consent.try_consent,
    "ask_consent": consent.ask_consent,
    "write_consent": consent.write_consent,
    "hand_out": consent.hand_out,
    "handed_out": consent.handed_out,
    "verification": verification.verification,
    "verification_version": verification.verification_version,
    "keep_verification": verification.keep_verification,
    "finish_verification": verification.finish_verification,
}

TELLING_ACTIONS: dict[str, TellingAction] = {"take": carrying.take}
"""A file that a courier brought may take minutes."""

WHOLE_ACTIONS: dict[str, WholeAction] = {
    "write_backup": keeping.write,
    "export_journal": journal.export,
    "change_passphrase": keeping.change,
    "set_key_file": keeping.set_key_file,
    "remove_key_file": keeping.remove_key_file,
}
