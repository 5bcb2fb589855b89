"""The keys of a stage's method settings, as `update-stage` names them in a patch.

Source: AWS: API reference UpdateStage, patch operations (a slash inside the method's path is written `~1`).
"""

from __future__ import annotations

ALL_METHODS = "*/*"


def patch_path(key: str) -> str:
    """Return the patch path of a settings key such as `*/*`, `orders/{id}/GET` or, for the root's method, `GET`."""
    if key == ALL_METHODS:
        return f"/{key}"
    path, _, verb = key.rpartition("/")
    return f"/{f'/{path}'.replace('/', '~1')}/{verb}"
