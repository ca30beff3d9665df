"""Where pages stand in the menu of a company pair."""

from collections.abc import Iterator

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One entry. page: the page's last segment, empty for the overview; title: in English. below: what it holds."""

    page: str
    title: str
    below: tuple["Entry", ...] = ()

    def holds(self, page: str) -> bool:
        """Whether a page is this one or stands below it."""
        return page == self.page or any(entry.page == page for entry in self.below)


MENU = (
    Entry("", "Overview"),
    Entry("invoices", "Invoices"),
    Entry("failures", "Failing to sync"),
    Entry("decide", "Please decide"),
    Entry("tie-out", "Tie-out"),
    Entry("audit", "Audit"),
    Entry("history", "History"),
    Entry(
        "preflight",
        "Set-up",
        (
            Entry("preflight", "Preflight"),
            Entry("matches", "Matches"),
            Entry("plan", "Plan"),
            Entry("accounts", "Accounts"),
            Entry("tax", "Tax codes"),
            Entry("mapping", "Field mapping"),
            Entry("filters", "Filters"),
            Entry("settings", "All settings"),
        ),
    ),
)


def titles() -> Iterator[str]:
    """All that the menu says, in English."""
    for entry in MENU:
        yield entry.title
        yield from (one.title for one in entry.below)
