"""The errors of the contract, as exceptions to raise."""


class PluginError(Exception):
    """Why a plugin produced no result.

    Reasons are lower-case fragments without a final period, which name neither the plugin nor the document.
    """


class Unsupported(PluginError):
    """The input is not for this plugin: the host goes on to the next one that accepts it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Malformed(PluginError):
    """The input is of the right kind, but damaged. `offset` counts bytes."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Misconfigured(PluginError):
    """The setting or table `key` cannot be used: the host ends the run and points at it."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"`{key}`: {reason}")
        self.key = key
        self.reason = reason


class Internal(PluginError):
    """The plugin noticed a bug of its own."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
