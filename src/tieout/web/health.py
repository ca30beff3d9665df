"""Whether the process lives, and whether it can serve."""

import msgspec
from litestar import Response, get
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tieout.web.visit import HttpRequest


class Health(msgspec.Struct, frozen=True):
    """status: `ok`, or `unavailable` with what is missing."""

    status: str
    missing: str = ""


@get("/health/live", include_in_schema=False, sync_to_thread=False)
def live() -> Health:
    """The process answers."""
    return Health("ok")


@get("/health/ready", include_in_schema=False, sync_to_thread=False)
def ready(request: HttpRequest) -> Response[Health]:
    """The database answers."""
    try:
        with request.app.state.home.database.read() as tx:
            tx.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response(Health("unavailable", "database"), status_code=503)
    return Response(Health("ok"))
