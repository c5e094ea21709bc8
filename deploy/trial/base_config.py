"""The hand-written Asterisk files around the generated ones: `python -m deploy.trial.base_config --help`."""

import argparse
import re
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "asterisk"
GENERATED_FILES = (
    "pjsip_gateways.conf",
    "pjsip_customer_trunks.conf",
    "pjsip_extensions.conf",
    "extensions_routes.conf",
    "extensions_dids.conf",
)
_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")
_MODULE_LINE = re.compile(r"load = (?P<module>\S+\.so)")


def new_secret() -> str:
    """Return 128 random bits as hexadecimal digits, which no Asterisk file can misread."""
    return secrets.token_hex(16)


def installed_module_dir() -> str:
    """Return where the system's Asterisk has its modules; the directory's name holds the processor's."""
    found = sorted(Path("/usr/lib").glob("*/asterisk/modules"))
    return str(found[0] if found else Path("/usr/lib/asterisk/modules"))


@dataclass(frozen=True)
class BaseConfig:
    """The values of the placeholders; directories are those that Asterisk itself sees."""

    node_name: str = "node1"
    etc_dir: str = "/etc/asterisk"
    var_dir: str = "/var/lib/asterisk"
    spool_dir: str = "/var/spool/asterisk"
    run_dir: str = "/var/run/asterisk"
    log_dir: str = "/var/log/asterisk"
    data_dir: str = "/usr/share/asterisk"
    module_dir: str = field(default_factory=installed_module_dir)
    sip_address: str = "0.0.0.0"  # noqa: S104 - a telephone exchange listens to the outside
    sip_port: int = 5060
    ami_address: str = "127.0.0.1"
    ami_port: int = 5038
    ami_permit: str = "127.0.0.0/255.0.0.0"
    rtp_start: int = 10000
    rtp_end: int = 20000
    udptl_start: int = 4000
    udptl_end: int = 4999
    ami_secret: str = field(default_factory=new_secret, repr=False)
    ami_originate_secret: str = field(default_factory=new_secret, repr=False)


def render_base_files(config: BaseConfig, modules: frozenset[str]) -> dict[str, str]:
    """Return file name -> text; `modules` are the files in the module directory, others are not loaded."""
    values = {name.upper(): str(value) for name, value in asdict(config).items()}
    files = {
        path.name: _PLACEHOLDER.sub(lambda match: values[match[1]], path.read_text()) for path in SOURCE.glob("*.conf")
    }
    files["modules.conf"] = _only_present(files["modules.conf"], modules)
    return files


def _only_present(text: str, modules: frozenset[str]) -> str:
    lines = []
    for line in text.splitlines():
        match = _MODULE_LINE.fullmatch(line)
        lines.append(line if match is None or match["module"] in modules else f"; absent here: {match['module']}")
    return "\n".join(lines) + "\n"


def write_base_files(target: Path, config: BaseConfig, modules: frozenset[str]) -> None:
    """Write the files into `target`, readable by owner and group only, with an empty generation 0."""
    target.mkdir(parents=True, exist_ok=True)
    for name, text in render_base_files(config, modules).items():
        _write_private(target / name, text)
    write_empty_generation(target)


def write_empty_generation(target: Path) -> None:
    """Make `voipadmin/current` exist, so that a node without a generation starts with no object at all."""
    generations = target / "voipadmin"
    current = generations / "current"
    if current.is_symlink():
        return
    generations.mkdir(mode=0o2750, exist_ok=True)
    (generations / "gen-0").mkdir(mode=0o2750, exist_ok=True)
    for name in GENERATED_FILES:
        _write_private(generations / "gen-0" / name, "; Generation 0: empty until the first synchronisation.\n")
    current.symlink_to("gen-0")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o640)
    path.chmod(0o640)
    path.write_text(text)


def main() -> None:
    """Install the base files on a node and print the AMI secrets once."""
    parser = argparse.ArgumentParser(description="Write the Asterisk base files of a node.")
    parser.add_argument("target", type=Path, help="directory to write to, for example /etc/asterisk")
    options = [name for name in BaseConfig.__dataclass_fields__ if not name.endswith("_secret")]
    defaults = asdict(BaseConfig())
    for name in options:
        default = defaults[name]
        parser.add_argument(f"--{name.replace('_', '-')}", default=default, type=type(default), help=f"({default})")
    arguments = vars(parser.parse_args())
    target: Path = arguments["target"]
    config = BaseConfig(**{name: arguments[name] for name in options})
    modules = frozenset(path.name for path in Path(config.module_dir).glob("*.so"))
    if not modules:
        parser.error(f"no module in {config.module_dir}: give --module-dir")
    write_base_files(target, config, modules)
    print(f"Wrote the base files to {target}. AMI secrets, for the node's form (not shown again):")
    print(f"  voipadmin: {config.ami_secret}")
    print(f"  voipadmin-originate: {config.ami_originate_secret}")


if __name__ == "__main__":
    main()
