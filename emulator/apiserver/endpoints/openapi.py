"""OpenAPI documents of what is served."""

from __future__ import annotations

from emulator.apiserver.endpoints.request import Request
from emulator.apiserver.registry.catalog import Catalog


class OpenApi:
    """``/openapi/v2`` and ``/openapi/v3``."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    async def answer(self, request: Request) -> bool:
        """Answer the request if it is for an OpenAPI document."""
        return False
