"""What all processes share, asked in a way that no visitor and no editor waits for in vain."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

PAUSE = 5  # seconds

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class SharedCache:
    """The shared cache, or nothing for a while after it failed; ``loss`` is what that means."""

    def __init__(self, loss: str) -> None:
        self.loss = loss
        self.rests_until = 0.0

    def call(self, operation: Callable[..., Result], *arguments: object) -> Result | None:
        """What ``operation`` of the cache returns; None if it fails, or lately did."""
        if time.monotonic() < self.rests_until:
            return None
        try:
            return operation(*arguments)
        except Exception as error:  # noqa: BLE001  each backend has its own
            self.rests_until = time.monotonic() + PAUSE
            logger.error("%s: %s", type(error).__name__, self.loss)  # noqa: TRY400  it may quote values
            return None
