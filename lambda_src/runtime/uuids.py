"""Name-based UUIDs: the same in every region, however often they are computed."""


def name_based(namespace: str, name: str) -> str:
    """UUID version 5 of `name` in the UUID `namespace` (RFC 9562, section 5.5)."""
    import uuid  # a tenth of a handler's import time; botocore loads it later in any case

    return str(uuid.uuid5(uuid.UUID(namespace), name))
