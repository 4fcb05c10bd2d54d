"""The machine as a record describes it: captured, never typed in, and nothing personal.

No host name, user name, path, network address or serial number is read. What can't be read is None, and the `reasons`
beside it say why.
"""
