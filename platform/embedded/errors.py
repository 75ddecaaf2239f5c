"""What can keep the site from running, told in one line that says what to do."""


class CannotRun(Exception):
    """The site cannot be started or kept up; the message is the whole line a person gets to read."""


class Interrupted(Exception):
    """A stop was asked for while something was still being waited for."""
