"""Why a run cannot go on."""


class Stop(Exception):
    """The run cannot go on; the message is its sentence."""
