"""The SOAP API: what REST has no resource for."""
