"""GET of one object: the stored bytes, as they are whenever the client takes JSON of the stored version."""

from __future__ import annotations

from emulator.apiserver.apimachinery.options import parse_get_options
from emulator.apiserver.endpoints.negotiation import PLAIN
from emulator.apiserver.endpoints.scope import Scope
from emulator.apiserver.registry.listing import check_future, parse_revision


async def get(scope: Scope) -> None:
    """Answer with the object. Raises StatusError: 404, 406."""
    request = scope.request
    info = request.info
    form = scope.form()
    store = scope.store
    if request.query:
        options = parse_get_options(request.query)
        if options.resource_version not in ("", "0"):
            check_future(store.backing.storage.revision, parse_revision(options.resource_version))
    stored = store.get(info.namespace, info.name)
    if form is PLAIN and not scope.pretty(form):
        await request.answer(200, store.view(stored, scope.kind) + b"\n")
        return
    await scope.answer(200, stored, form)
