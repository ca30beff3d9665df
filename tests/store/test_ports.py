"""The ports as the store implements them: quotas, tokens, parts."""

from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from cryptography.fernet import Fernet, MultiFernet
from hypothesis import given
from hypothesis import strategies as st
from tests.doubles import MemoryShelf
from tests.store.stage import CONNECTION, NOW

from tieout.remote.errors import SignInTrouble
from tieout.remote.ports import Part, Rate, Tokens
from tieout.store.ports import StoredLimiter, StoredShelf, StoredVault, open_tokens, seal_tokens

# Quotas.

fresh = count()
rates = st.builds(Rate, st.just("calls"), st.sampled_from((0.5, 2.0, 8.333, 100.0)), st.integers(1, 20))


def calls(database, rate, gaps):
    """When calls of a new account were wanted, and when they were made."""
    limiter, account, now = StoredLimiter(database), f"account {next(fresh)}", NOW
    asked, made = [], []
    for gap in gaps:
        now += timedelta(seconds=gap)
        asked.append(now.timestamp())
        made.append(asked[-1] + limiter.reserve(account, rate, now))
    return asked, made


@given(rates, st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_window_ever_sees_more_than_the_burst_and_what_flows_in_it(shared, rate, gaps):
    _, made = calls(shared, rate, gaps)
    for first, start in enumerate(made):
        for seen, end in enumerate(made[first:], 1):
            assert seen <= rate.burst + (end - start) * rate.per_second + 1e-4


@given(rates, st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_places_in_line_are_in_order_and_nobody_waits_without_need(shared, rate, gaps):
    asked, made = calls(shared, rate, gaps)
    assert all(one <= other + 1e-4 for one, other in pairwise(made))
    assert made[: rate.burst] == pytest.approx(asked[: rate.burst], abs=1e-4)
    for wanted, given_ in zip(asked, made, strict=True):
        assert given_ - wanted <= len(made) / rate.per_second + 1e-4


def test_a_whole_burst_is_there_again_after_a_rest(database):
    limiter, rate = StoredLimiter(database), Rate("calls", 10.0, 5)
    assert [limiter.reserve("a", rate, NOW) for _ in range(5)] == [0.0] * 5
    assert limiter.reserve("a", rate, NOW) == pytest.approx(0.1, abs=1e-4)
    rested = NOW + timedelta(seconds=1)
    assert [limiter.reserve("a", rate, rested) for _ in range(5)] == [0.0] * 5


def test_accounts_and_buckets_do_not_take_from_each_other(database):
    limiter = StoredLimiter(database)
    calls, searches = Rate("calls", 1.0, 1), Rate("search", 1.0, 1)
    assert [limiter.reserve(a, r, NOW) for a, r in (("a", calls), ("a", searches), ("b", calls))] == [0.0] * 3
    assert limiter.reserve("a", calls, NOW) > 0.9


def test_two_processes_share_one_quota(database):
    rate = Rate("calls", 1.0, 1)
    assert StoredLimiter(database).reserve("a", rate, NOW) == 0.0
    assert StoredLimiter(database).reserve("a", rate, NOW) == pytest.approx(1.0, abs=1e-4)


# Tokens.

texts = st.text(max_size=40)
tokens = st.builds(
    Tokens,
    access=texts,
    refresh=texts,
    client_id=texts,
    client_secret=texts,
    expires_at=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - a zone is put on
)
KEY, OTHER = Fernet.generate_key(), Fernet.generate_key()


def cipher(*keys: bytes) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@given(tokens)
def test_tokens_come_out_as_they_went_in_and_cannot_be_read_in_between(secret):
    sealed = seal_tokens(cipher(KEY), secret)
    assert open_tokens(cipher(KEY), sealed) == secret
    assert len(secret.access) < 8 or secret.access.encode() not in sealed


def test_rotated_tokens_replace_the_old_ones(database):
    vault = StoredVault(database, 1, cipher(KEY))
    vault.write(Tokens("first", "r1"))
    vault.write(Tokens("second", "r2"))
    assert StoredVault(database, 1, cipher(KEY)).read() == Tokens("second", "r2")


def test_one_account_never_reads_anothers_tokens(database):
    StoredVault(database, 1, cipher(KEY)).write(Tokens("ours"))
    StoredVault(database, 2, cipher(KEY)).write(Tokens("theirs"))
    assert StoredVault(database, 1, cipher(KEY)).read() == Tokens("ours")


def test_a_new_key_beside_the_old_one_still_opens_what_the_old_one_sealed():
    assert open_tokens(cipher(OTHER, KEY), seal_tokens(cipher(KEY), Tokens("a"))) == Tokens("a")


@pytest.mark.parametrize("sealed", [seal_tokens(cipher(OTHER), Tokens("a")), b"", b"not a token"])
def test_with_another_key_the_account_has_to_be_connected_again(sealed):
    with pytest.raises(SignInTrouble, match="Connect the account again") as raised:
        open_tokens(cipher(KEY), sealed)
    assert raised.value.cause == "sign_in_expired"


# Parts.

IDS = [str(n) for n in (1, 2, 9, 10, 11)]
TYPES = ("companies", "contacts")
parts = st.builds(
    Part,
    st.sampled_from(TYPES),
    st.sampled_from(IDS),
    st.sampled_from(("100", "200", "")),
    st.integers(1, 5),
    st.dictionaries(st.sampled_from(("name", "email")), st.none() | texts),
)
steps = st.lists(
    st.tuples(st.just("put"), st.lists(parts, max_size=4))
    | st.tuples(
        st.just("drop"),
        st.tuples(st.sampled_from(TYPES), st.lists(st.sampled_from(IDS), max_size=2)),
    ),
    max_size=12,
)


@given(steps)
def test_the_shelf_keeps_the_newest_of_each_like_its_stand_in_of_the_tests(shared, done):
    shelves = (StoredShelf(shared, CONNECTION), MemoryShelf())
    for shelf in shelves:
        for type_ in TYPES:
            shelf.drop(type_, IDS)
        for verb, what in done:
            if verb == "put":
                shelf.put(what)
            else:
                shelf.drop(*what)
    for type_ in TYPES:
        stored, memory = (shelf.get(type_, IDS) for shelf in shelves)
        assert stored == memory
        stored, memory = (shelf.children(type_, ["100", "200", "300"]) for shelf in shelves)
        assert stored == memory


def part(id_: str, version: int, parent: str = "100") -> Part:
    return Part("contacts", id_, parent, version, {"email": f"v{version}"})


def test_an_older_part_never_replaces_a_newer_one(database):
    shelf = StoredShelf(database, CONNECTION)
    shelf.put([part("1", 5)])
    shelf.put([part("1", 4, parent="200"), part("2", 1)])
    assert shelf.get("contacts", ["1", "2", "3"]) == {"1": part("1", 5), "2": part("2", 1)}


def test_children_come_in_the_order_of_their_numbers(database):
    shelf = StoredShelf(database, CONNECTION)
    shelf.put([part("10", 1), part("9", 1), part("100", 1)])
    assert [p.id for p in shelf.children("contacts", ["100"])["100"]] == ["9", "10", "100"]


def test_a_part_that_moved_belongs_to_its_new_parent_alone(database):
    shelf = StoredShelf(database, CONNECTION)
    shelf.put([part("1", 1, parent="100")])
    shelf.put([part("1", 2, parent="200")])
    assert set(shelf.children("contacts", ["100", "200"])) == {"200"}


def test_more_parts_than_a_statement_takes_are_kept(database):
    shelf = StoredShelf(database, CONNECTION)
    many = [part(str(n), 1) for n in range(1, 1001)]
    shelf.put(many)
    assert len(shelf.get("contacts", [p.id for p in many])) == 1000
    shelf.drop("contacts", [p.id for p in many])
    assert shelf.children("contacts", ["100"]) == {}
