"""Publishers: the list, and what each of them publishes."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from sqlalchemy import func, select

from opendata.models import Dataset, Publisher
from opendata.services import catalogue, publishers
from opendata.web import instance, paging, session

blueprint = Blueprint("organization", __name__, url_prefix="/organization")


@blueprint.get("/")
def index() -> str:
    """List the publishers that have public datasets."""
    return render_template(
        "organization/index.html", publishers=publishers.with_counts(session.get())
    )


@blueprint.get("/<slug>")
def page(slug: str) -> str:
    """Show a publisher and its datasets, by title."""
    publisher = None if "\0" in slug else publishers.by_slug(session.get(), slug)
    if publisher is None:
        abort(404)
    pager, cards = _datasets(publisher)
    return render_template("organization/page.html", publisher=publisher, pager=pager, cards=cards)


def _datasets(publisher: Publisher) -> tuple[paging.Pager, list[Dataset]]:
    database, size = session.get(), instance.current().settings.web.page_size
    mine = catalogue.visible().where(Dataset.publisher_id == publisher.id)
    total = database.scalar(select(func.count()).select_from(mine.subquery())) or 0
    number = min(paging.asked(), paging.last_page(total, size))
    ids = database.scalars(
        mine.with_only_columns(Dataset.id)
        .order_by(Dataset.title_sort, Dataset.id)
        .offset((number - 1) * size)
        .limit(size)
    )
    pager = paging.Pager("organization.page", {"slug": publisher.slug}, number, size, total)
    return pager, catalogue.cards(database, [str(identifier) for identifier in ids])
