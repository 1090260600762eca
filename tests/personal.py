"""Numbers and names of nobody, for the tests of the personal data guard.

NHS numbers are of the range that is kept for tests (999 ...); the school of the UPNs, the prefix of the National
Insurance numbers (QQ) and the people do not exist.
"""

from __future__ import annotations

from stdnum.gb import nhs, upn


def nhs_number(serial: int, start: str = "999") -> str:
    """The first ten-digit number from a serial on that begins so and bears a right check digit."""
    width = 9 - len(start)
    for number in range(serial, serial + 20):
        for check in range(10):
            digits = f"{start}{number % 10**width:0{width}}{check}"
            if nhs.is_valid(digits) and len(set(digits)) > 1:
                return digits
    raise AssertionError("of twenty numbers one has a check digit")


def grouped(digits: str, separator: str = " ") -> str:
    """An NHS number as it is printed."""
    return separator.join((digits[:3], digits[3:6], digits[6:]))


def upn_number(serial: int, authority: int = 801, last: str = "") -> str:
    """A unique pupil number with its check letter; with `last`, a temporary one that ends on this letter."""
    body = f"{authority:03}999921{serial % 1000:03}"
    body = body[:-1] + last if last else body
    return upn.calc_check_digit(body) + body


PEOPLE = ("Alba Testcase", "Bruno Testcase", "Cleo Sampleson", "Dario Mockford")
NHS = tuple(nhs_number(n * 37) for n in range(8))
UPNS = tuple(upn_number(n) for n in range(8))
POSTCODES = ("ZE9 9ZZ", "HS9 9ZY", "KW99 9XX", "ZE9 8YY")
INSURED = ("QQ123456C", "QQ 12 34 57 A")
BORN = ("12/03/2010", "01/09/2012", "30/11/2008", "7 May 2011")
