"""How a number is said with its noun."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 day, 1,096 days, 0 addresses."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
