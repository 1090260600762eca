"""The one password that a reader may try: the one with which spreadsheet programs mark a file read-only."""

from __future__ import annotations

import io

import msoffcrypto

from workbooks import ceilings
from workbooks.ceilings import Refusal

_DEFAULT_PASSWORD = "VelvetSweatshop"  # published by Microsoft; every program tries it before it asks


def unlock(content: bytes) -> bytes:
    """The file without that password. Refusal where it has another one."""
    opened = io.BytesIO()
    try:
        locked = msoffcrypto.OfficeFile(io.BytesIO(content))
        settings = getattr(locked, "info", None) or {}
        if settings.get("spinValue", 0) > ceilings.DEFAULT_PASSWORD_ROUNDS:
            raise Refusal("encrypted_file")
        locked.load_key(password=_DEFAULT_PASSWORD, verify_password=True)
        locked.decrypt(opened)
    except Exception:  # a wrong password, a kind of lock that is not known, damage: the sender can do the same
        raise Refusal("encrypted_file") from None
    return opened.getvalue()
