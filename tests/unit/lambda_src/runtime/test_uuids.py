from runtime import uuids


def test_name_based_matches_rfc_example() -> None:
    """RFC 9562, appendix A.4, in the namespace of domain names."""
    dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    assert uuids.name_based(dns, "www.example.com") == "2ed6657d-e927-568b-95e1-2665a8aea6a2"
