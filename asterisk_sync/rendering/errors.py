"""The error of a snapshot that cannot be rendered."""


class RenderError(ValueError):
    """The objects contradict each other, or a value fits no file; the message is for the operator."""
