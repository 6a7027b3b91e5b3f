"""What can be wrong with a scheduler or a worker, in plain words.

Here belong the errors. Not here: what is wrong inside a delivery (assets.month.failures).
"""

from pipeline.errors import PlainError, WrongUseError


class ClusterError(PlainError):
    """The workers cannot do the work; the message says why and what to do."""


class ClusterUseError(WrongUseError):
    """The cluster cannot be used as it was asked for; the message says what to do."""


def not_installed() -> ClusterUseError:
    """The error where Dask distributed is not there."""
    return ClusterUseError(
        "Dask distributed is not installed: install it with the extra `cluster` "
        "(pip install 'reform-index[cluster]'), or unset REFORM_INDEX_CLUSTER to work with threads"
    )
