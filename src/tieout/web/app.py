"""The web application: pages, API, health."""

from importlib.metadata import version

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from tieout.actions.home import Home
from tieout.web import (
    api,
    assets,
    auditing,
    checking,
    deciding,
    doing,
    fixing,
    health,
    mapping,
    planning,
    problems,
    proving,
    reading,
    reviewing,
    security,
    setting,
    signing_in,
    tax,
    undoing,
)
from tieout.web.throttle import Throttle
from tieout.web.visit import provide_reader, provide_visit


def create_app(home: Home) -> Litestar:
    """An ASGI application over an opened home. It closes nothing; the caller does."""
    pages = Router(
        path="/",
        include_in_schema=False,
        route_handlers=[
            signing_in.sign_in_page,
            signing_in.sign_in,
            signing_in.set_up_page,
            signing_in.set_up,
            signing_in.sign_out,
            signing_in.prefer,
            reading.front,
            reading.overview_page,
            reading.invoices_page,
            reading.record_page,
            reading.history_page,
            fixing.failures_page,
            fixing.preview_page,
            fixing.fix_now,
            auditing.audit_page,
            auditing.audit_table,
            auditing.audit_workbook,
            auditing.audit_now,
            proving.tie_out_page,
            proving.tie_out_table,
            proving.tie_out_workbook,
            proving.prove_now,
            doing.sync_now,
            doing.pause_now,
            doing.resume_now,
            doing.exclude_now,
            doing.include_now,
            doing.issued_in,
            undoing.undo_page,
            undoing.undo_now,
            deciding.decide_page,
            checking.preflight_page,
            checking.preflight_now,
            planning.plan_page,
            planning.plan_now,
            reviewing.matches_page,
            reviewing.match_page,
            reviewing.choose_match,
            reviewing.finish_review,
            setting.settings_page,
            setting.accounts_page,
            setting.change_setting,
            mapping.mapping_page,
            mapping.add_field,
            mapping.change_field,
            mapping.remove_field,
            mapping.filters_page,
            mapping.add_filter,
            mapping.remove_filter,
            tax.tax_page,
            tax.choose_code,
        ],
    )
    return Litestar(
        route_handlers=[pages, api.router, assets.asset, health.live, health.ready],
        dependencies={
            "visit": Provide(provide_visit, sync_to_thread=False),
            "reader": Provide(provide_reader, sync_to_thread=False),
        },
        exception_handlers={Exception: problems.answer},
        before_send=[security.add_headers],
        csrf_config=security.csrf(home),
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Tieout",
            version=version("tieout"),
            path="/api/v1/schema",
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        state=State({"home": home, "throttle": Throttle(), "plans": {}}),
    )
