"""nginx in front of the web process, with the configuration that is deployed."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.trial.ports import free_tcp_port

DEPLOYED = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "voipadmin.conf"
# Debian has it in a directory that not everybody's PATH names; NGINX names one that is not installed.
PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin"
MAIN = """daemon off; master_process on; worker_processes 1; pid {folder}/pid; error_log stderr warn; {user}
events {{ worker_connections 512; }}
http {{
    sendfile on; tcp_nopush on; access_log off; gzip on;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {deployed}
}}
"""


def nginx() -> str | None:
    """Return the path of nginx, None where there is none."""
    return os.environ.get("NGINX") or shutil.which("nginx", path=PATHS)


@contextmanager
def proxy_of(program: str, panel_port: int) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Run nginx in front of the panel at a local port, without TLS; yield it and its own port."""
    port = free_tcp_port("127.0.0.1")
    with tempfile.TemporaryDirectory(prefix="voipadmin-nginx-") as folder:
        config = Path(folder) / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(MAIN.format(folder=folder, user=user, deployed=_as_deployed(Path(folder), port, panel_port)))
        process = subprocess.Popen([program, "-p", folder, "-c", str(config)])
        try:
            yield process, port
        finally:
            process.terminate()
            process.wait(20)


def _as_deployed(folder: Path, port: int, panel_port: int) -> str:
    """Return the deployed configuration with ports and directories of this run."""
    text = re.sub(r"(?m)^\s*(ssl_\w+ .*|listen \[::\].*)$", "", DEPLOYED.read_text())
    changes = {
        "listen 80;": f"listen 127.0.0.1:{free_tcp_port('127.0.0.1')};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "server unix:/run/voipadmin/web.sock": f"server 127.0.0.1:{panel_port}",
        "/var/cache/nginx-voipadmin": f"{folder}/cache",
    }
    for before, after in changes.items():
        if before not in text:
            raise ValueError(f"{DEPLOYED.name} has no {before!r} any more")
        text = text.replace(before, after)
    return text
