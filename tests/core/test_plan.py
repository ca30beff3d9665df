"""What is spoken for until it stands in QuickBooks."""

from hypothesis import given
from hypothesis import strategies as st

from tieout.core.plan import Reservations
from tieout.core.records import Key

keys = st.builds(Key, st.sampled_from(("display_name", "number")), st.sampled_from("abc"))
NOVA = Key("display_name", "nova")


def test_a_name_that_one_pair_takes_is_taken_for_the_next():
    reserved = Reservations()
    assert NOVA not in reserved
    reserved.take([NOVA], pair=1)
    assert NOVA in reserved
    assert list(reserved) == [NOVA]


def test_a_name_given_back_is_free_again():
    reserved = Reservations()
    reserved.take([NOVA], pair=1)
    reserved.release(2)
    assert NOVA in reserved
    reserved.release(1)
    assert NOVA not in reserved


def test_a_number_is_no_name():
    reserved = Reservations()
    reserved.take([NOVA], pair=1)
    assert Key("number", "nova") not in reserved


@given(st.lists(st.tuples(st.integers(1, 4), st.lists(keys, max_size=3))))
def test_what_is_left_after_a_release_belongs_to_others(taken):
    reserved, holder = Reservations(), {}
    for pair, wanted in taken:
        free = [key for key in wanted if key not in reserved]
        reserved.take(free, pair)
        holder |= dict.fromkeys(free, pair)
    reserved.release(1)
    assert set(reserved) == {key for key, pair in holder.items() if pair != 1}
