"""UUIDs that follow from what they name, and so are the same wherever and however often they are made."""


def name_based(namespace: str, name: str) -> str:
    """The UUID of `name` in `namespace`, which is a UUID too: version 5 of RFC 9562, section 5.5."""
    import uuid  # with the `platform` that it loads a tenth of a handler's import; botocore needs both anyway

    return str(uuid.uuid5(uuid.UUID(namespace), name))
