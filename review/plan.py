"""Reads a ceremony's plan: what people decide about a directory before it is signed."""

import json
from collections.abc import Sequence

from crypto.errors import CryptoError, FormatError
from crypto.secret.ceremony import Plan, VaultPlan
from crypto.wire.directory import Committee, NamedKey, RootSet
from crypto.wire.directory_parts import each
from crypto.wire.fields import Members
from crypto.wire.message import LANGUAGES
from review.refusals import Refused

MOST_PLAN = 262_144


def read_plan(data: bytes, roots: Sequence[NamedKey], threshold: int, intake_key: bytes) -> Plan:
    """From the JSON `{portal, committees, vaults}` that a person may have typed, so spaces do not matter."""
    try:
        members = Members(json.loads(data), "plan")
        plan = Plan(
            portal=members.portal("portal"),
            committees=each(members, "committees", Committee.parse, most=32),
            vaults=each(members, "vaults", _vault, most=16),
            roots=RootSet(threshold=threshold, keys=tuple(roots)),
            intake_key=intake_key,
        )
        members.end()
        RootSet.parse(plan.roots.to_json())
    except (CryptoError, ValueError) as error:
        raise Refused("plan-unfit", why=str(error) if isinstance(error, FormatError) else "no JSON") from None
    return plan


def _vault(value: object) -> VaultPlan:
    members = Members(value, "vault")
    titles = Members(members.take("titles"), "titles")
    plan = VaultPlan(
        id=members.name("id"),
        titles={language: titles.text(language, least=1, most=300) for language in LANGUAGES},
        conflicts=members.countries("conflicts", most=64),
    )
    titles.end()
    members.end()
    return plan
