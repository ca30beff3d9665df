"""The page of what only a person can decide."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from tieout.actions import held
from tieout.web.reading import number
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit


@get(["/{name:str}/decide", "/{name:str}/decide.json"], sync_to_thread=False)
def decide_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Every hold with both sides' figures and the choices."""
    found = held.held(reader.home, name, number(request.query_params.get("page")), reader.words)
    return show(request, reader, "decide.html", found, at=place(reader, name, "decide"))
