"""Figures as they are told."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` (0 to 1) of all do not exceed. Raises ``ValueError`` for no values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    return {f"p{round(share * 100)}_ms": round(percentile(seconds, share) * 1000, 1) for share in (0.5, 0.95, 0.99)}
