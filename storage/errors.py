"""What can go wrong with what we remember."""


class StorageError(Exception):
    """The database can't be used, or not now; the text says what to do. Don't take anything for stored that was asked for."""


class Fenced(Exception):
    """Another owner holds this delivery now; whatever this one was about to write must not happen."""
