"""Signing in by an OpenID provider on a service that knows it by its settings alone."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.services.command import Difang
from tests.services.one_service import one_service
from tests.services.openid import CLIENT, SECRET, openid_provider
from tests.services.web import Web


def test_who_was_invited_by_mail_signs_in_at_the_provider_and_works_with_their_role(tmp_path: Path) -> None:
    """The button, the way there, the way back, a page of the role; the provider's word alone opens nothing else."""
    secret = tmp_path / "openid-secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    with openid_provider() as openid:
        openid.person = {"sub": "7", "email": "wang@example.org", "email_verified": True, "preferred_username": "王 芳"}
        settings = {
            "database": f"sqlite:///{tmp_path / 'ledger.db'}",
            "openid_issuer": openid.issuer,
            "openid_client": CLIENT,
            "openid_secret_file": str(secret),
        }
        difang = Difang(var=tmp_path / "var", proxy=None, settings=settings)
        difang.run("users", "invite", "--role", "operator", "--mail", "wang@example.org")
        with one_service(difang, "--no-schedule", "--no-ingest", log=tmp_path / "service.log") as service:
            found = re.search(r"difang is at http://127\.0\.0\.1:(\d+)", service.said())
            assert found
            web = Web(port=int(found[1]))
            assert 'href="/sign-in/provider?next=/board"' in web.get("/sign-in?next=/board").text
            there = web.get("/sign-in/provider?next=/board")
            begun = there.headers["set-cookie"].partition(";")[0]
            provider = urlsplit(there.headers["location"])
            sent_back = Web(port=provider.port or 0).get(f"{provider.path}?{provider.query}").headers["location"]
            way_back = sent_back.partition(found[1])[2]
            assert web.get(way_back).status == 403, "another browser carries on what this one began"
            came = web.get(way_back, cookie=begun)
            assert (came.status, came.headers["location"]) == (303, "/board"), came.text
            cookie = came.headers["set-cookie"].partition(";")[0]
            assert "王 芳" in web.get("/board", cookie=cookie).text
            assert web.get("/users", cookie=cookie).status == 403
            assert SECRET not in service.said()
