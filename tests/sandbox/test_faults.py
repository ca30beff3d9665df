"""The fault plan: when its rules strike, and what it refuses."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.sandbox.faults import WrongPlan, decode_plan
from tieout.sandbox.vendor import Answer


def plan(*rules):
    return decode_plan(json.dumps({"rules": rules}).encode(), check=answer)


def answer(details):
    """Answer as a vendor whose faults are a status."""
    return Answer(int(details.get("status", 400)), {}, b"")


def strikes(faults, requests, method="GET", path="/"):
    """Return the numbers, from 1, of the requests that are struck."""
    return [number for number in range(1, requests + 1) if faults.strike(method, path) is not None]


counts = st.integers(1, 40)
bounds = st.none() | st.integers(1, 10)


def rule(times, **when):
    return {"do": "html", **when} | ({} if times is None else {"times": times})


@given(n=counts, times=bounds, requests=st.integers(0, 60))
def test_nth_strikes_there_and_as_often_as_it_says(n, times, requests):
    expected = [number for number in range(n, n + (times or 1)) if number <= requests]
    assert strikes(plan(rule(times, nth=n)), requests) == expected


@given(n=counts, times=bounds, requests=st.integers(0, 60))
def test_every_strikes_each_multiple(n, times, requests):
    assert strikes(plan(rule(times, every=n)), requests) == list(range(n, requests + 1, n))[:times]


@given(rate=st.floats(0, 1), seed=st.integers() | st.text(), times=bounds, requests=st.integers(0, 60))
def test_rate_draws_from_its_seed(rate, seed, times, requests):
    dice = random.Random(seed)
    expected = [number for number in range(1, requests + 1) if dice.random() < rate][:times]
    assert strikes(plan(rule(times, rate=rate, seed=seed)), requests) == expected


@given(requests=st.integers(0, 60), times=bounds)
def test_a_rule_without_count_strikes_every_request(requests, times):
    assert strikes(plan(rule(times)), requests) == list(range(1, requests + 1))[:times]


@given(first=counts, second=counts, requests=st.integers(0, 60))
def test_every_rule_counts_what_it_matches_and_the_first_strikes(first, second, requests):
    faults = plan({"do": "html", "every": first}, {"do": "truncate", "every": second})
    for number in range(1, requests + 1):
        strike = faults.strike("GET", "/")
        expected = "html" if number % first == 0 else "truncate" if number % second == 0 else None
        assert (strike and strike.rule["do"]) == expected


def test_a_rule_counts_only_what_it_matches():
    faults = plan({"match": {"method": "post", "path": r"/invoice(\?|$)"}, "do": "drop_after", "nth": 2})
    assert strikes(faults, 3, "GET", "/v3/company/1/invoice") == []
    assert strikes(faults, 3, "POST", "/v3/company/1/invoices") == []
    assert strikes(faults, 3, "POST", "/v3/company/1/invoice") == [2]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "rules[0]: Object missing required field `do`"),
        (
            {"do": "explode"},
            "rules[0]: Invalid enum value 'explode' - at `$.do`. A rule does one of delay, drop_before",
        ),
        ({"do": "html", "nth": 0}, "rules[0]: Expected `int` >= 1 - at `$.nth`"),
        ({"do": "html", "rate": 1.5}, "rules[0]: Expected `float` <= 1.0 - at `$.rate`"),
        ({"do": "html", "nth": 1, "every": 2}, "rules[0] takes one of nth, every and rate, not several."),
        ({"do": "html", "seed": 3}, "rules[0] has a seed but no rate."),
        ({"do": "html", "often": 3}, "rules[0]: Object contains unknown field `often`"),
        ({"do": "html", "match": {"path": "("}}, "rules[0]: match.path is no regular expression"),
        (
            {"do": "delay", "with": {"minutes": 3}},
            "rules[0]: with: Object contains unknown field `minutes`. For delay it takes seconds.",
        ),
        ({"do": "delay", "with": {"seconds": -1}}, "rules[0]: with: Expected `float` >= 0"),
        ({"do": "stale_read", "with": {"hang": True}}, "For stale_read it takes nothing."),
        (
            {"do": "status"},
            "rules[0]: with: Object missing required field `status`. For status it takes status, headers, body, handled.",
        ),
        (
            {"do": "status", "with": {"status": 200, "headers": {"Content-Length": "3"}}},
            "The sandbox itself sets content-length.",
        ),
        ({"do": "status", "with": {"status": 200, "headers": {"a b": "3"}}}, "rules[0]: with:"),
        ({"do": "fault", "with": {"handled": 1}}, "rules[0]: with: handled is true or false."),
        ({"do": "fault", "with": {"status": 99}}, "rules[0]: with: An answer's status is from 200 to 599, not 99."),
        ({"do": "fault", "with": {"status": None}}, "rules[0]: with: int() argument must be"),
    ],
)
def test_a_wrong_rule_is_refused_with_what_is_wrong(wrong, says):
    with pytest.raises(WrongPlan) as refused:
        plan(wrong)
    assert says in str(refused.value)


def test_a_fault_that_the_vendor_does_not_have_is_refused_at_once():
    def check(details):
        raise ValueError(f"There is no fault {details['code']}.")

    body = b'{"rules": [{"do": "html"}, {"do": "fault", "with": {"code": "1"}}]}'
    with pytest.raises(WrongPlan, match=r"rules\[1\]: with: There is no fault 1\."):
        decode_plan(body, check=check)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"rules": 1}', b'{"rules": [1]}', b'{"rule": []}'])
def test_what_is_no_plan_is_refused(body):
    with pytest.raises(WrongPlan, match="A fault plan is"):
        decode_plan(body, check=answer)
