"""nginx with the configuration in deploy/nginx/, in a folder and on ports of its own."""

import contextlib
import datetime as dt
import http.client
import os
import ssl
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.documented import program, replaced
from tests.deploy.raw import LOCALHOST, NAME, connect, read_all
from tests.faults.site import kill, until
from tests.running_site import ROOT, Address, Answer, free_port

SERVER = f"server {LOCALHOST}:8000;"
SITE = "sites-enabled/kinekracht"
SNIPPET = "snippets/kinekracht-server.conf"
# /etc/nginx/nginx.conf of Debian 12, but for where it writes.
AROUND = """
{user}
worker_processes 2;
pid {folder}/pid;
error_log {folder}/log/error.log;
events {{
    worker_connections 768;
}}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {folder}/log/access.log;
    gzip on;
    {more}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/sites-enabled/*;
}}
"""


class Nginx(Address):
    """In front of ``servers``, as its upstream block names them.

    ``changed`` are other values in what all its servers include, ``more`` is what nginx.conf says
    beside Debian's words.
    """

    def __init__(self, folder, servers, *, changed=None, more=""):
        self.program = program("nginx", "nginx-light")
        self.folder, self.process = folder, None
        self.port, self.plain_port = free_port(), free_port()
        for name in ("sites-enabled", "snippets", "log", "html"):
            (folder / name).mkdir(parents=True)
        self.certificate = make_certificate(folder)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user, more=more))
        site = (ROOT / "deploy/nginx/kinekracht.conf").read_text()
        (folder / SITE).write_text(replaced(site, self.places() | {SERVER: servers}))
        snippet = (ROOT / "deploy/nginx/kinekracht-server.conf").read_text()
        log = {"/var/log/nginx": f"{folder}/log"}
        (folder / SNIPPET).write_text(replaced(snippet, log | (changed or {})))

    def places(self):
        """Where things are that elsewhere are in Debian's places."""
        return {
            "listen 80": f"listen {LOCALHOST}:{self.plain_port}",
            "listen 443": f"listen {LOCALHOST}:{self.port}",
            "listen [::]:80": f"listen {LOCALHOST}:{free_port()}",
            "listen [::]:443": f"listen {LOCALHOST}:{free_port()}",
            f"/etc/letsencrypt/live/{NAME}": str(self.folder),
            "/var/www/html": f"{self.folder}/html",
        }

    def start(self):
        """Return when it listens."""
        command = [self.program, "-p", self.folder, "-c", "nginx.conf", "-g", "daemon off;"]
        with (self.folder / "log/said").open("w") as said:
            self.process = subprocess.Popen(
                [*command, "-e", "log/error.log"],
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self.listens, or_ended=self.process, site=self)

    @property
    def said(self):
        """What is in all its logs, by file."""
        return "\n".join(path.read_text() for path in sorted((self.folder / "log").iterdir()))

    @property
    def log(self):
        """The lines about visits."""
        return (self.folder / "log/kinekracht.log").read_text().splitlines()

    def listens(self):
        with contextlib.suppress(OSError), self.connect(encrypted=False):
            return True
        return False

    def stop(self):
        if self.process is not None:
            kill(self.process)

    def connect(self, *, encrypted=True, name=NAME, source=LOCALHOST):
        """A connection from the address ``source``, of somebody who wants the site ``name``."""
        if not encrypted:
            return connect(self.plain_port, source)
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = name is not None
        with connect(self.port, source) as connection:
            return context.wrap_socket(connection, server_hostname=name)

    def request(self, method, path, body=b"", headers=None, source=LOCALHOST):
        """The answer to one request, sent as a browser does."""
        given = {"Host": NAME, "Referer": f"https://{NAME}/"} | (headers or {})
        connection = http.client.HTTPSConnection(NAME)
        connection.sock = self.connect(source=source)
        with contextlib.closing(connection):
            connection.request(method, path, body or None, headers=given)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def raw(self, data, **options):
        """All that comes back for these bytes, until the other side closes."""
        with self.connect(**options) as connection:
            connection.sendall(data)
            return read_all(connection)


def make_certificate(folder):
    """The file of a certificate for both names, signed by itself; its key lies beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    names = [x509.DNSName(NAME), x509.DNSName(f"www.{NAME}")]
    day, now = dt.timedelta(days=1), dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    file = folder / "fullchain.pem"
    file.write_bytes(certificate.public_bytes(pem))
    return file
