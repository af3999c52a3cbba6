"""Validates recorded AWS requests against AWS's own service models, which botocore contains.

The emulator accepts more than AWS does. `make up` records every request with RECORD_REQUESTS=1;
`python -m localcloud.request_audit` then reports each parameter that AWS would refuse.
"""
