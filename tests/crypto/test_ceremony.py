"""The ceremony makes what every reader believes, and refuses what would not be."""

from dataclasses import replace

import pytest

from crypto.errors import FormatError
from crypto.public.keys import check_key_file
from crypto.public.trust import Pin, believe
from crypto.secret.ceremony import ceremony_members, propose, sign_proposal
from crypto.secret.offer import Offer
from crypto.secret.unseal import unseal
from crypto.sign.sign import public
from crypto.wire.fields import to_base64url
from tests.vectors import scene


def test_a_signed_proposal_is_believed_with_every_key_file() -> None:
    proposal = scene.proposal()
    believed = believe(Pin.parse(proposal.pin().encode()), scene.first_note(), [], scene.DAY)
    for epoch, data in zip(believed.directory.epochs, proposal.key_files, strict=True):
        keys = check_key_file(epoch, data)
        assert keys == {vault: scene.offer(vault).epochs[epoch.id] for vault in scene.VAULTS}


def test_a_root_change_is_no_start_and_the_next_directory_is() -> None:
    roots = scene.root_set("root-2", "root-3", "root-4")
    first = scene.first_note()
    change = scene.proposal(first, roots=roots)
    with pytest.raises(FormatError, match="pin of a root change"):
        change.pin()
    changed = scene.signed_by_any(change, "root-1", "root-2", "root-3", "root-4")
    following = scene.proposal(first, changed, roots=roots)
    note = scene.signed(following, "root-2", "root-3")
    assert believe(following.pin(), note, [], scene.DAY).directory.seq == 3


def test_the_post_key_opens_for_each_vault_and_is_the_one_in_the_directory() -> None:
    proposal = scene.proposal()
    for vault in scene.VAULTS:
        seed = unseal(proposal.post_keys[0], [scene.seed(f"{vault} {scene.EPOCHS[0]}")])
        assert public(seed) == proposal.directory.post[0].key


def test_a_later_directory_names_the_last_one_and_the_last_root_change() -> None:
    first = scene.first_note()
    second = scene.signed(scene.proposal(first), "root-1", "root-2")
    third = scene.proposal(first, second).directory
    assert third.seq == 3
    assert third.prev == second.hash()
    assert third.root_change is not None
    assert (third.root_change.seq, third.root_change.hash) == (1, first.hash())


def test_a_ceremony_file_holds_nothing_secret() -> None:
    proposal = scene.proposal()
    whole = b"".join(data for _, data in ceremony_members(proposal, [scene.first_note()]))
    secrets = [scene.seed(name) for name in ("root-1", "post", "intake", "cat sign", "cat 2026-11")]
    for secret in secrets:
        assert secret not in whole
        assert to_base64url(secret).encode() not in whole
    assert public(scene.seed("cat sign")) not in whole
    assert to_base64url(public(scene.seed("cat sign"))).encode() in whole


def test_a_stranger_or_too_few_roots_cannot_sign() -> None:
    proposal = scene.proposal()
    with pytest.raises(FormatError, match="not in the proposal"):
        sign_proposal(proposal, {"root-1": scene.seed("root-1"), "root-2": scene.seed("root-9")})
    with pytest.raises(FormatError, match="too few"):
        sign_proposal(proposal, {"root-1": scene.seed("root-1")})


def test_a_vault_without_an_offer_or_with_other_months_stops_the_ceremony() -> None:
    offers = [scene.offer(vault) for vault in scene.VAULTS]
    with pytest.raises(FormatError, match="do not match"):
        propose(scene.plan(), offers[1:], scene.seed("post"), scene.DAY)
    short = replace(offers[0], epochs={"2026-11": offers[0].epochs["2026-11"]})
    with pytest.raises(FormatError, match="different epochs"):
        propose(scene.plan(), [short, *offers[1:]], scene.seed("post"), scene.DAY)


def test_an_offer_comes_back_from_its_bytes() -> None:
    offer = scene.offer("cat")
    assert Offer.parse(offer.encode()) == offer
    with pytest.raises(FormatError):
        Offer.parse(offer.encode()[:-1])
