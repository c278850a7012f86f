"""Codes that mean the same in many NHANES tables."""

from __future__ import annotations

from crampstats.codebook.model import DID_NOT_KNOW, REFUSED

YES_NO = {1.0: True, 2.0: False}
ONE_DIGIT = {7.0: REFUSED, 9.0: DID_NOT_KNOW}
TWO_DIGITS = {77.0: REFUSED, 99.0: DID_NOT_KNOW}
THREE_DIGITS = {777.0: REFUSED, 999.0: DID_NOT_KNOW}
