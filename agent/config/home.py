"""Where configuration, state and secrets live."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """`--home DIR` puts everything under one folder; else /etc/lachan and /var/lib/lachan."""

    config_dir: Path
    state_dir: Path

    @property
    def agent_yaml(self) -> Path:
        return self.config_dir / "agent.yaml"

    @property
    def secrets(self) -> Path:
        """Folder (0700) of secrets, one file (0600) each."""
        return self.config_dir / "secrets"

    @property
    def scratch(self) -> Path:
        """Folder for sealed drill folders."""
        return self.state_dir / "scratch"

    @property
    def dumps(self) -> Path:
        """Folder (0700) of the dumps that were proved, one folder for each dataset."""
        return self.state_dir / "dumps"

    def database(self, purpose: str) -> Path:
        return self.state_dir / f"{purpose}.sqlite"


def home_at(folder: Path | None) -> Home:
    if folder is None:
        return Home(Path("/etc/lachan"), Path("/var/lib/lachan"))
    return Home(folder, folder / "state")
