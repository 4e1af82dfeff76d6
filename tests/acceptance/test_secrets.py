"""Every secret is a word that is looked for afterwards: in no log, no page, no audit log, no command's output."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from difang.crawler.ledger.ledger import Ledger
from tests.services.command import Difang
from tests.services.one_service import one_service
from tests.services.web import Answer, Web

NOBODY = "127.0.0.1:9"  # the port of `discard`, where nobody listens
SECRETS = {
    name: f"hush-{name}-7d1f"
    for name in ("index", "heartbeat", "mail", "password", "guess", "new", "rule", "target", "webhook", "openid")
}
PAGES = (
    *("/", "/search?q=x", "/alerts", "/trends", "/board", "/runs", "/channels/sd", "/issues", "/account", "/users"),
    *("/deeds", "/telling", "/set-aside", "/try", "/trace", "/takedowns", "/reprocess", "/index", "/api", "/nothing"),
    *("/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/search?q=x"),
)


class Browser:
    """Somebody who goes about in the console; all that is answered is kept."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.cookie = ""
        self.read = ""

    def get(self, page: str) -> str:
        answer = self.web.get(page, cookie=self.cookie)
        self.read += answer.text
        return answer.text

    def send(self, target: str, kept: bool = True, /, **form: str) -> Answer:
        found = re.search(r'name="csrf" value="([^"]*)"', self.web.get("/account", cookie=self.cookie).text)
        answer = self.web.post(target, {"csrf": found[1] if found else "", **form}, cookie=self.cookie)
        if told := answer.headers.get("set-cookie"):
            self.cookie = told.partition(";")[0]
        self.read += answer.text if kept else ""
        return answer


def test_no_secret_is_told_whatever_is_done_and_whatever_fails(tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.write_text(f"mailtos://difang:{SECRETS['mail']}@{NOBODY}?from=difang@example.org\n", encoding="utf-8")
    settings = {
        "database": f"sqlite:///{tmp_path / 'ledger.db'}",
        "index": f"http://{NOBODY}",
        "index_user": "difang",
        "index_password": SECRETS["index"],
        "heartbeat": f"http://{NOBODY}/{SECRETS['heartbeat']}",
        "mail_file": str(mail),
        "openid_issuer": f"http://{NOBODY}",
        "openid_client": "difang",
        "openid_secret": SECRETS["openid"],
        "contact": "mailto:test@example.org",
        "log_format": "json",
        "alerts_to_private": "yes",
    }
    difang = Difang(var=tmp_path / "var", proxy=f"http://{NOBODY}", settings=settings)
    log = tmp_path / "service.log"
    with one_service(difang, log=log) as service:
        service.until_said("/welcome/")
        link = re.search(r"http://127\.0\.0\.1:(\d+)(/welcome/(\S+))", service.said())
        assert link
        browser = Browser(Web(port=int(link[1])))
        given = [link[3]]
        assert browser.send(link[2], name="keeper", password=SECRETS["password"]).status == 303
        given.append(browser.cookie.partition("=")[2])
        go_about(browser, given)
        service.until(lambda: service.ledger.issues.unresolved("index_away"), "the index is told as away")
        for page in PAGES:
            browser.get(page)
    browser.read += difang.run("users", "list").stdout
    logs = [*(tmp_path / "var").rglob("*.log"), log]
    said = "".join(file.read_text(encoding="utf-8") for file in logs).replace(link[3], "", 1)  # printed on purpose
    with closing(Ledger(settings["database"])) as ledger:
        noted = repr(ledger.deeds.newest(100)) + repr(ledger.issues.unresolved())
    assert len(given) == 4
    for place, text in (("log", said), ("pages", browser.read), ("deeds", noted)):
        for name, secret in [*SECRETS.items(), *(("given", secret) for secret in given)]:
            assert secret not in text, (place, name)


def go_about(browser: Browser, given: list[str]) -> None:
    """What secrets are typed into, and what gives new ones out; those are kept apart."""
    assert Browser(browser.web).send("/sign-in", name="keeper", password=SECRETS["guess"]).status == 403
    away = browser.web.get("/sign-in/provider", accept_language="en")
    browser.read += away.text
    assert away.status == 503
    assert "The identity provider does not answer" in away.text
    assert 'type="password"' in away.text
    assert browser.send("/account/password", old=SECRETS["guess"], new=SECRETS["new"]).status == 403
    token = browser.send("/account/tokens", False, label="t", scope="read").text
    given += re.findall(r"difang_[\w-]{20,}", token)[:1]
    invited = browser.send("/users/invite", False, role="reader").text
    given += re.findall(r"/welcome/([\w-]{20,})", invited)[:1]
    rule = {"name": "team", "severity": "low", "window": "0"}
    assert browser.send("/telling", address=f"json://{NOBODY}/{SECRETS['rule']}", **rule).status == 303
    assert browser.send("/telling/1/try").status == 502
    assert browser.send("/telling", address=f"nonsense://{SECRETS['target']}", **rule).status == 422
    assert browser.send("/alert-targets", label="mine", address=f"json://{NOBODY}/{SECRETS['webhook']}").status == 200
    assert browser.send("/alert-targets/1/test").status == 502
