"""Prices an environment from its synthesized Terraform and a dated price file."""
