"""The rule, without the host: what to say of one share. Plain numbers in, plain values out, so that it can be tested anywhere."""

from typing import NamedTuple, Optional

# How far below the previous close an open has to be, in percent.
GAP_PERCENT = 2


class Decision(NamedTuple):
    """Why a share was acted on or left alone."""

    action: str
    reason: str
    evidence: list[tuple[str, str]]


def rupees(paise: int) -> str:
    """An amount with two decimals. Money is whole paise and never a floating-point number."""
    sign = "-" if paise < 0 else ""
    return f"{sign}{abs(paise) // 100}.{abs(paise) % 100:02}"


def judge(opened: Optional[int], close: int) -> Optional[Decision]:
    """The decision about a share that opened at this price after this close, both in paise; none when all is well."""
    if opened is None:
        return Decision("skip", "not_open_yet", [])
    if opened * 100 >= close * (100 - GAP_PERCENT):
        return None
    gap = (close - opened) * 10_000 // close
    evidence = [
        ("previous_close", rupees(close)),
        ("open", rupees(opened)),
        ("gap_percent", f"{gap // 100}.{gap % 100:02}"),
    ]
    return Decision("watch", "opened_below", evidence)
