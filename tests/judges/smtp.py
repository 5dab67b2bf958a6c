"""A real mail server for one test: takes mail, reads it with Python's `email` package, prints one JSON line each.

smtp.py MODE CA_FILE: MODE is plain, starttls or smtps; with TLS it wants user `bot` and the password in $PASSWORD.
First it prints its port. It ends when its standard input does.
"""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult
import trustme


class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = list(mail.walk())
        content = {part.get_content_type(): part.get_content() for part in parts if not part.is_multipart()}
        lines = envelope.content.split(b"\r\n")
        print(json.dumps({
            "mail_from": envelope.mail_from,
            "rcpt_to": envelope.rcpt_tos,
            "tls": session.ssl is not None or MODE == "smtps",
            "signed_in": bool(session.authenticated),
            "type": mail.get_content_type(),
            "parts": content,
            "order": [part.get_content_type() for part in parts],
            "headers": {name: str(value) for name, value in mail.items()},
            "addresses": [[a.display_name, a.addr_spec] for a in mail["to"].addresses],
            "sender": mail["from"].addresses[0].display_name,
            "date": mail["date"].datetime.timestamp(),
            "defects": [str(defect) for part in parts for defect in part.defects],
            "header_defects": [str(defect) for name in mail for defect in mail[name].defects],
            "longest_line": max(len(line) for line in lines),
            "bare_lf": b"\n" in envelope.content.replace(b"\r\n", b""),
            "raw_ascii": envelope.content.isascii(),
        }), flush=True)
        return "250 2.0.0 queued as 4711"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"bot" and data.password == os.environ["PASSWORD"].encode()
    return AuthResult(success=True) if good else AuthResult(success=False, handled=False)


MODE, CA_FILE = sys.argv[1:]


async def main():
    options, tls = {}, None
    if MODE != "plain":
        ca = trustme.CA()
        ca.cert_pem.write_to_path(CA_FILE)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ca.issue_cert("localhost", "127.0.0.1").configure_cert(tls)
        options = {"authenticator": authenticate, "auth_required": True}
        if MODE == "starttls":
            options |= {"tls_context": tls, "require_starttls": True}
        else:
            options |= {"auth_require_tls": False}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), hostname="judge.test", enable_SMTPUTF8=True, **options),
        "127.0.0.1", 0, ssl=tls if MODE == "smtps" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
