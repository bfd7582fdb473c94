"""What the station refuses, by code; the words for people stand in `templates/review/refusals.txt`."""

from typing import Literal, get_args

RefusalCode = Literal[
    # opening a vault
    "wrong-passphrase",
    "wrong-together",
    "keyfile-missing",
    "keyfile-several",
    "keyfile-unfit",
    "keyfile-other",
    "keyfile-none",
    "keys-moved",
    "passphrase-too-long",
    "passphrase-empty",
    "passphrase-weak",
    "passphrases-differ",
    "wait",
    "no-vault",
    "vault-exists",
    "vault-damaged",
    "vault-newer",
    "vault-unsound",
    "vault-foreign",
    "station-open",
    "keeper-gone",
    "busy",
    "station-busy",
    "broken",
    "not-understood",
    "too-much",
    "network-up",
    "network-unknown",
    # keys and trust
    "no-trust",
    "no-directory",
    "trust-differs",
    "directory-refused",
    "directory-astray",
    "not-in-directory",
    "not-this-vault",
    "not-active",
    "plan-unfit",
    "root-passphrase",
    # carrying
    "file-unreadable",
    "file-damaged",
    "file-exists",
    "file-unwritable",
    "other-portal",
    "days-missing",
    "days-differ",
    "days-broken",
    "days-key",
    "entry-altered",
    "entry-unknown",
    "key-file-missing",
    "key-missing",
    "no-post-key",
    "portals-differ",
    "no-records",
    # backups
    "no-folder",
    "backup-inside",
    "backup-unfit",
    "backup-damaged",
    "backup-differs",
    "backup-running",
    # exchange
    "stick-full",
    "stick-read-only",
    "exchange-running",
    # the journal for an auditor
    "inside-station",
    "journal-unfit",
    "journal-other",
    "journal-cut",
    "journal-changed",
    # files of a message
    "no-files",
    "files-missing",
    "files-saved",
    "files-unfit",
    # answering
    "no-case",
    "no-reply-wanted",
    "no-committee",
    "reply-empty",
    "reply-too-long",
    "copied-words",
    "names-person",
    "names-file",
    "names-country",
    "names-date",
    "reply-unfilled",
    # consent
    "consent-state-veto",
    "consent-day-past",
    "consent-broken",
    "consent-unfinished",
    "consent-no-person",
    "consent-none",
    "consent-over",
    "consent-missing",
    "consent-spent",
    "consent-unheard",
    "consent-only-a-question",
    "consent-older",
    "consent-restored",
    "consent-clock",
    "consent-risk",
    "consent-unverified",
    "consent-has-said",
    "typed-differs",
    # verification record
    "draft-differs",
    "verification-unfinished",
    "verification-same",
    "verification-too-long",
    "versions-broken",
    "no-version",
]

CODES: tuple[str, ...] = get_args(RefusalCode)


class Refused(Exception):
    """The station will not do this. `detail` completes the words: names, days, counters, never a secret.

    The exception are `copied-words` and `names-...`: their `words` were found in the answer, the desk's own text.
    """

    def __init__(self, code: RefusalCode, **detail: str | int) -> None:
        super().__init__(code)
        self.code: RefusalCode = code
        self.detail = detail
