"""Where configuration, state and secrets live."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """`--home DIR` puts everything under one folder; else /etc/lachan and /var/lib/lachan."""

    config_dir: Path
    state_dir: Path

    @property
    def controller_yaml(self) -> Path:
        return self.config_dir / "controller.yaml"

    @property
    def secrets(self) -> Path:
        """Folder (0700) of secrets, one file (0600) each."""
        return self.config_dir / "secrets"

    @property
    def database(self) -> Path:
        return self.state_dir / "controller.sqlite"

    @property
    def serve_lock(self) -> Path:
        return self.state_dir / "serve.lock"


def home_at(folder: Path | None) -> Home:
    if folder is None:
        return Home(Path("/etc/lachan"), Path("/var/lib/lachan/controller"))
    return Home(folder, folder / "state")
