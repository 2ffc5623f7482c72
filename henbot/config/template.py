"""A coop.yaml to fill in, with every field explained."""

from importlib import resources
from pathlib import Path

from henbot.domain.errors import ConfigInvalid


def template() -> str:
    """The text of a commented coop.yaml, valid as it is."""
    return resources.files("henbot.config").joinpath("template.yaml").read_text(encoding="utf-8")


def write_template(path: Path, force: bool = False) -> Path:
    """Write the template to a path, or as coop.yaml into a folder; returns where it lies.

    Raises:
        ConfigInvalid: a file is there and `force` is not given, or it cannot be written.
    """
    target = path / "coop.yaml" if path.is_dir() else path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as exc:
        raise ConfigInvalid(f"{target} exists already. Use --force to write over it, or give another path.") from exc
    except OSError as exc:
        raise ConfigInvalid(f"{target} cannot be written ({exc.strerror}). Give another path.") from exc
    return target
