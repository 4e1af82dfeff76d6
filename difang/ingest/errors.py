"""The error tree; each message is one sentence that tells its reader what to do.

DifangError
├── UsageError        the command or a setting is wrong: exit code 2
│   └── NotThere      nothing has the number or name that was given
├── RetryLater        the world is at fault (index down, disk full): nothing is lost, the same work is done again
└── SetAside          the page is at fault: it is kept with this reason until an operator retries or discards it
"""


class DifangError(Exception):
    """Something a person has to know; the message is the whole sentence."""


class UsageError(DifangError):
    """The command, a setting or a file given by a person is wrong; the sentence says how to mend it."""


class NotThere(UsageError):
    """Nothing has the number or name that was asked for; the sentence says where those that are there are listed."""


class RetryLater(DifangError):
    """A service or disk did not do its part; the work stays where it is and is tried again."""


class SetAside(DifangError):
    """A page cannot be processed; it is kept whole with this reason."""
