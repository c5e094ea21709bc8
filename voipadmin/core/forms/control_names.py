"""Names of a form's controls in HTML, which scripts see as properties of the form."""

from typing import Any

# A control hides the method of its form that has its name: with an input `matches`, htmx can no longer call
# `form.matches(...)`, and the whole page stops answering. Model and API keep the field's name.
OTHER_NAMES = {"matches": "is_for"}


class ControlNames:
    """Gives the controls of a form names that hide nothing; to be mixed into a Django form."""

    def add_prefix(self, field_name: str) -> str:
        """Return the name that a field's control has in HTML and in what is sent."""
        form: Any = super()
        return str(form.add_prefix(OTHER_NAMES.get(field_name, field_name)))
