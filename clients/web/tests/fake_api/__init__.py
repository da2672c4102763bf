"""The public API in memory, as far as the pages need it: one family of Alixan, on 4 July 2022."""

from fake_api.app import FakeApi

__all__ = ["FakeApi"]
