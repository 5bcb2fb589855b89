"""What can go wrong with storage, whichever backend holds it. A call that raises any of these has kept nothing."""


class StorageError(Exception):
    """The storage could not be read or written; the text says where and why."""


class StorageBusy(StorageError):  # noqa: N818 - read as a condition: `except StorageBusy`
    """Somebody else holds the storage, and waiting did not help. Trying again later may."""


class StorageFull(StorageError):  # noqa: N818 - read as a condition: `except StorageFull`
    """There is no room left: nothing can be stored until there is."""
