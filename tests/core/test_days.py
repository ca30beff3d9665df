"""A document's date is a calendar day: the one that the seller saw."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.days import NotADay, around, day, day_of, noon

LOS_ANGELES, AUCKLAND, LONDON = (ZoneInfo(z) for z in ("America/Los_Angeles", "Pacific/Auckland", "Europe/London"))

zones = st.sampled_from(
    ("America/Los_Angeles", "America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Auckland")
)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_new_years_eve_in_los_angeles_is_still_the_old_year():
    evening = datetime(2026, 12, 31, 22, 30, tzinfo=LOS_ANGELES)
    assert evening.astimezone(UTC).date() == date(2027, 1, 1)
    assert day_of(evening.astimezone(UTC), LOS_ANGELES) == date(2026, 12, 31)


def test_new_years_morning_in_auckland_is_already_the_new_year():
    morning = datetime(2027, 1, 1, 8, 15, tzinfo=AUCKLAND)
    assert morning.astimezone(UTC).date() == date(2026, 12, 31)
    assert day_of(morning.astimezone(UTC), AUCKLAND) == date(2027, 1, 1)


@pytest.mark.parametrize("zone", [LOS_ANGELES, LONDON, AUCKLAND])
def test_midnight_utc_is_a_plain_day_wherever_the_account_is(zone):
    assert day_of(datetime(2026, 12, 31, tzinfo=UTC), zone) == date(2026, 12, 31)


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)])
def test_a_moment_beyond_all_days_is_none(moment):
    with pytest.raises(NotADay):
        day_of(moment, LOS_ANGELES if moment.year == 1 else AUCKLAND)


def test_a_second_after_midnight_utc_is_a_moment():
    assert day_of(datetime(2026, 12, 31, 0, 0, 1, tzinfo=UTC), LOS_ANGELES) == date(2026, 12, 30)


def test_the_night_in_which_the_clocks_change_has_one_day():
    zone = ZoneInfo("America/New_York")
    night = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert {day_of(night + timedelta(minutes=m), zone) for m in range(0, 120, 10)} == {date(2026, 11, 1)}


def test_what_is_around_the_first_and_the_last_day_of_all_ends_there():
    assert around(date(2026, 3, 10), 5) == (date(2026, 3, 5), date(2026, 3, 15))
    assert around(date.max, 10) == (date(9999, 12, 21), date.max)
    assert around(date(1, 1, 3), 10) == (date.min, date(1, 1, 13))


@given(days)
def test_a_day_written_as_noon_reads_back_as_that_day_nearly_everywhere(of):
    for zone in (LOS_ANGELES, LONDON, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Sydney")):
        assert day_of(noon(of), zone) == of


@given(days, zones)
def test_midnight_utc_of_any_day_is_that_day(of, zone):
    assert day_of(datetime.combine(of, time(), UTC), ZoneInfo(zone)) == of


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), zones)  # noqa: DTZ001 - a zone is put on below
def test_any_other_moment_is_the_day_on_the_sellers_wall(moment, zone):
    here = moment.replace(tzinfo=ZoneInfo(zone))
    utc = here.astimezone(UTC)
    if utc.time() != time():
        assert day_of(utc, ZoneInfo(zone)) == utc.astimezone(ZoneInfo(zone)).date()


@given(days)
def test_a_day_reads_back_as_it_is_written(of):
    assert day(of.isoformat()) == of


@pytest.mark.parametrize(
    "text",
    ["", "2026-13-01", "2026-02-30", "01/02/2026", "20260102", "2026-W01-1", "2026-1-2", "2026-01-02T00:00", "soon"],
)
def test_what_is_no_day_is_refused_with_how_to_write_one(text):
    with pytest.raises(NotADay, match="YYYY-MM-DD"):
        day(text)


@given(st.text(max_size=12))
def test_any_text_is_a_day_in_one_writing_or_refused(text):
    try:
        read = day(text)
    except NotADay:
        return
    assert read.isoformat() == text
