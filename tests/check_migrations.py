"""`alembic upgrade head`, then `alembic check`, on a database made for it: migrations and tables must agree."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError

from henbot.storage.schema import alembic_config


def main() -> int:
    """0 when they agree."""
    with tempfile.TemporaryDirectory() as folder:
        config = alembic_config(f"sqlite:///{Path(folder) / 'check.db'}")
        try:
            command.upgrade(config, "head")
            command.check(config)
        except CommandError as exc:
            print(f"Migrations and tables do not agree (write a new migration): {exc}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
