"""Read what history keeps of a programme's declarations. What a newer Boardpack stored is one clear line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from history.failures import HistoryError
from schemas.config import Programme

Model = TypeVar("Model", bound=BaseModel)


def read_configuration(text: str) -> Programme:
    """A stored configuration. HistoryError where this Boardpack cannot read it."""
    try:
        return Programme.model_validate_json(text)
    except ValidationError as error:
        raise _unreadable("the configuration", error) from None


def read_decision(model: type[Model], values: Mapping[str, Any]) -> Model:
    """A stored decision. HistoryError where this Boardpack cannot read it."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _unreadable("a decision", error) from None


def _unreadable(what: str, error: ValidationError) -> HistoryError:
    """Newer versions add fields, and this one knows each of its own; so the first that it does not know is named."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "its first line"
    return HistoryError(
        f"{what} kept in history cannot be read, at '{place}': a newer Boardpack wrote it; update Boardpack"
    )
