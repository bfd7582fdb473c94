"""The tables of a vault. Everything in them is encrypted as a whole; days are the finest time that is kept."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# The vault itself: its name, the Ed25519 seed it signs with, the pin it was given, the directory it believes; the
# newest record that it signed, whole; by which release's rules what stands aside was judged last, and by which the
# words of all cases were indexed.
own = Table(
    "own",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("name", String(32), nullable=False),
    Column("signing_seed", LargeBinary, nullable=False),
    Column("pin", LargeBinary),
    Column("believed", Integer),
    Column("record", LargeBinary),
    Column("judged", Integer, nullable=False, server_default="0"),
    Column("indexed", Integer, nullable=False, server_default="0"),
)

# One X-Wing seed for each epoch.
seeds = Table(
    "seeds",
    metadata,
    Column("epoch", String(7), primary_key=True),
    Column("seed", LargeBinary, nullable=False),
)

directories = Table(
    "directories",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
)

key_files = Table(
    "key_files",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# Seeds of post keys, by their public keys.
post_keys = Table(
    "post_keys",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("seed", LargeBinary, nullable=False),
)

# The day manifests that were imported, whole.
days = Table(
    "days",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# Entries of imported manifests that were neither carried whole nor listed as gone: taken when a later bundle brings
# them.
absent = Table(
    "absent",
    metadata,
    Column("n", Integer, ForeignKey("days.n"), primary_key=True),
    Column("submission", LargeBinary, primary_key=True),
)

# Of those, the ones that intake then deleted before they were here, though their authors did not ask for it.
lost = Table(
    "lost",
    metadata,
    Column("n", Integer, ForeignKey("days.n"), primary_key=True),
    Column("submission", LargeBinary, primary_key=True),
)

# Envelopes that need not be opened again though their entry is still to come, by their ID and SHA-256: those of today
# so far, whose manifest will be `n`, and those of absent entries of which only parts were missing.
handled = Table(
    "handled",
    metadata,
    Column("submission", LargeBinary, primary_key=True),
    Column("sha256", LargeBinary, primary_key=True),
    Column("n", Integer, nullable=False),
)

# What is kept about a thread. `recipient` and `mailbox` are null when its writer wants no reply. Both are what a writer
# says without proof: cases of two threads may have the same, and then both are marked. What follows `state_veto_day`
# sums up the messages and replies, so that a list needs neither: how many messages, how many of them unread; the days
# of the first and of the last; since when the writer waits for an answer, if they do; when the last reply was sealed;
# by when the next is due (`review.aims`), if one is wanted; and the case's place in the list (`review.places`).
cases = Table(
    "cases",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("pseudonym", String(40), nullable=False, unique=True),
    Column("thread", LargeBinary, nullable=False, unique=True),
    Column("recipient", LargeBinary, index=True),
    Column("mailbox", LargeBinary, index=True),
    Column("routing", LargeBinary, nullable=False),
    Column("language", String(2), nullable=False),
    Column("in_danger", Boolean(create_constraint=True, name="in_danger"), nullable=False),
    Column("state_veto_day", String(10)),
    Column("messages", Integer, nullable=False, server_default="0"),
    Column("unread", Integer, nullable=False, server_default="0"),
    Column("first_arrived", String(10)),
    Column("arrived", String(10)),
    Column("waits_since", String(10)),
    Column("replied", String(10)),
    Column("due", String(10)),
    Column("place", Integer, nullable=False, server_default="0"),
    Index("ix_cases_list", "place", "number", "language", "unread", "in_danger", "state_veto_day", "due"),
)

# `turn` counts messages and replies of a case together, in the order they came to this vault. An id is its writer's
# choice, so it names a message within its case alone.
messages = Table(
    "messages",
    metadata,
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True, index=True),
    Column("id", LargeBinary, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("arrived", String(10), nullable=False),
    Column("submission", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("read", Boolean(create_constraint=True, name="read"), nullable=False),
    Column("kind", String(32), nullable=False, server_default=""),
    UniqueConstraint("number", "turn"),
    Index("ix_messages_turns", "number", "kind", "turn", "read"),
)

# The SHA-256 of every attachment seed that was met, also in messages that were set aside, and the keys of the threads
# that had it.
attachment_seeds = Table(
    "attachment_seeds",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("thread", LargeBinary, primary_key=True),
)

# Sealed parts as they came, by the submission they came with. What came before its day was closed is `provisional`: the
# closed day may list other bytes.
parts = Table(
    "parts",
    metadata,
    Column("submission", LargeBinary, primary_key=True),
    Column("name", LargeBinary, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("provisional", Boolean(create_constraint=True, name="provisional"), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# Which submissions brought a message with files, and what is known of the stream that each of them carries: its parts
# are `awaited`, it is `whole`, or it is all here and `unfit`: not the one that the message names.
streams = Table(
    "streams",
    metadata,
    Column("submission", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("state", String(8), nullable=False),
    ForeignKeyConstraint(["number", "id"], ["messages.number", "messages.id"]),
    Index(None, "number", "id"),
)

# What opened and was not taken: `data` is the frame, or the envelope where no frame came out; the same bytes once.
aside = Table(
    "aside",
    metadata,
    Column("n", Integer, ForeignKey("days.n"), primary_key=True),
    Column("submission", LargeBinary, primary_key=True),
    Column("arrived", String(10), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False, unique=True),
)

# Further submissions that brought bytes which stand aside as `not-understood`: each may have brought its parts.
aside_again = Table(
    "aside_again",
    metadata,
    Column("n", Integer, ForeignKey("days.n"), primary_key=True),
    Column("submission", LargeBinary, primary_key=True),
    Column("arrived", String(10), nullable=False),
    Column("sha256", LargeBinary, ForeignKey("aside.sha256"), nullable=False, index=True),
)

# `kind` and `day` stand in `data` too; `seen` when a message of its case says that the writer has read it.
replies = Table(
    "replies",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("left", String(10)),
    Column("kind", String(32), nullable=False, server_default=""),
    Column("day", String(10), nullable=False, server_default=""),
    Column("seen", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("number", "turn"),
    Index("ix_replies_turns", "number", "turn", "kind", "day"),
    Index(None, "left"),
)

# What the index of words (`words`, a contentless FTS5 table, `review.search.store`) has under each of its row numbers:
# a turn of a case, or under turn 0 its pseudonym.
searched = Table(
    "searched",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("turn", Integer, nullable=False),
    UniqueConstraint("number", "turn"),
)

# Sealed slots. They leave with a post when their reply's `left` is null, and stay: a stick can be lost.
outgoing = Table(
    "outgoing",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("reply", LargeBinary, ForeignKey("replies.id"), nullable=False, index=True),
    Column("mailbox", LargeBinary, nullable=False),
    Column("slot", LargeBinary, nullable=False),
)

# Who did what, each row bound to the one before by its hash.
journal = Table(
    "journal",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("prev", LargeBinary),
    Column("day", String(10), nullable=False),
    Column("what", String(32), nullable=False),
    Column("about", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# The backups that were written: `manifest` is the newest day manifest such that everything of it and of those before
# was here then, `newest` the newest imported, `facts` what the copy must say of itself when it is opened elsewhere.
# `verified` is the day on which it did; only then it counts.
backups = Table(
    "backups",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("name", String(64), nullable=False),
    Column("manifest", Integer, nullable=False),
    Column("newest", Integer, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("verified", String(10)),
)

# What hides the journal's newest entry in the small file that remembers it outside the vault (`review.anchor`).
anchor = Table(
    "anchor",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)

# The verification record of a case: finished versions, each with the hash that binds it to the one before.
verification_versions = Table(
    "verification_versions",
    metadata,
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("prev", LargeBinary),
    Column("data", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# And what is being written of it. The row stays when there is no draft, for its `counter` never goes back: it tells the
# page of one draft from the page of another.
verification_drafts = Table(
    "verification_drafts",
    metadata,
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True, autoincrement=False),
    Column("counter", Integer, nullable=False),
    Column("day", String(10), nullable=False),
    Column("data", LargeBinary),
)

# The consent record of a case: what was written into it, each entry with the hash that binds it to the one before.
consent_entries = Table(
    "consent_entries",
    metadata,
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("prev", LargeBinary),
    Column("data", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# Which replies ask for consent, by the SHA-256 of their whole frames, which their answers name.
consent_requests = Table(
    "consent_requests",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("reply", LargeBinary, ForeignKey("replies.id"), nullable=False, unique=True, index=True),
)

# The SHA-256 of what was set aside because this release cannot read it, with the key of the thread that signed it, for
# as long as it stands aside: it may be a later way to say no. And of answers that were set aside for another reason.
unheard = Table(
    "unheard",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("thread", LargeBinary, nullable=False, index=True),
)
