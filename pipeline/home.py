"""Where things lie in the home folder of one installation.

Here belong the paths and nothing else: reading and writing them is the work of archive, store,
editions and warehouse.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ExitStatus, WrongUseError

HOME_VARIABLE = "REFORM_INDEX_HOME"
"""The environment variable that names the home folder."""
WAREHOUSE_VARIABLE = "REFORM_INDEX_WAREHOUSE"
"""The environment variable that names the warehouse's database."""


class HomeError(WrongUseError):
    """The home folder cannot be used; the message says what to do."""


class DiskError(HomeError):
    """A disk or a share of the home failed: it is full, read-only or away.

    Nothing is wrong with what was asked for, and the same command may succeed later.
    """

    exit_status = ExitStatus.NOTHING_PUBLISHED


@dataclass(frozen=True)
class Home:
    """One installation's folder. `root` is absolute."""

    root: Path

    @staticmethod
    def at(path: str | Path) -> "Home":
        """The home at a path that must exist already; HomeError when it does not."""
        root = Path(path).expanduser().resolve()
        if not root.is_dir():
            raise HomeError(
                f"the home folder {root} does not exist: create it (mkdir -p {root}/inbox), "
                "or name another with --home or REFORM_INDEX_HOME"
            )
        return Home(root)

    @property
    def inbox(self) -> Path:
        """`<sender>/<YYYY-MM>/<kind>*`: the files that agencies sent."""
        return self.root / "inbox"

    @property
    def profiles(self) -> Path:
        """`<name>.toml`: how the columns and values of senders map to ours."""
        return self.root / "profiles"

    @property
    def calendars(self) -> Path:
        """`<name>.toml`: own calendars (optional)."""
        return self.root / "calendars"

    @property
    def agencies(self) -> Path:
        """The own register of agencies (optional)."""
        return self.root / "agencies.csv"

    @property
    def aliases(self) -> Path:
        """Other spellings of units (optional)."""
        return self.root / "aliases.csv"

    @property
    def corrections(self) -> Path:
        """`<name>.toml`: corrections of values that were sent (optional)."""
        return self.root / "corrections"

    @property
    def deliveries(self) -> Path:
        """Which agencies send, and until when the files of a month are due (optional)."""
        return self.root / "deliveries.toml"

    @property
    def methods(self) -> Path:
        """`<name>.toml`: own methods (optional)."""
        return self.root / "methods"

    @property
    def archive(self) -> Path:
        """Every file as sent, and the register of deliveries."""
        return self.root / "archive"

    @property
    def store(self) -> Path:
        """Parquet by stage and key; can be deleted."""
        return self.root / "store"

    @property
    def published(self) -> Path:
        """Editions, and for each month a link to the edition in force."""
        return self.root / "published"

    @property
    def feedback(self) -> Path:
        """`<sender>/<YYYY-MM>.xlsx` and `.csv`: what each sender has to mend."""
        return self.root / "feedback"

    @property
    def quality(self) -> Path:
        """`<YYYY-MM>/index.html`: Data Docs of the rules about what was sent for a month."""
        return self.root / "quality"

    @property
    def warehouse_file(self) -> Path:
        """The SQLite warehouse, used when no other database is named."""
        return self.root / "warehouse.db"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        """`<YYYY-MM>.log`: what the program could not process in a month, and where it failed."""
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """The file that a run holds locked, so that no second run starts."""
        return self.root / ".lock"

    @property
    def identity(self) -> Path:
        """What tells this home from every other, on all machines that share it."""
        return self.root / ".identity"

    @property
    def simulation(self) -> Path:
        """Parameters of the simulation that filled this home; absent where data is real."""
        return self.root / "simulation.json"

    @property
    def truth(self) -> Path:
        """The true values behind a simulation, which no agency sends."""
        return self.root / "truth"

    @property
    def is_simulated(self) -> bool:
        """Whether the exports in this home were simulated."""
        return self.simulation.exists()
