"""Alarms: what a person must hear of, in a line of the home's log and at a webhook.

An alarm says what happened, in Vietnamese and in English, and nothing of a row and no secret. Here
belongs writing and posting it. Not here: when there is one (assets.automation, late_senders).
"""

import http.client
import json
import logging
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from assets.month.environment import WEBHOOK_VARIABLE, configured_webhook
from pipeline import letters
from pipeline.home import Home
from pipeline.private_folders import make_private_file, make_private_folder

_LOG = logging.getLogger("reform_index")
PLACE = "logs/alarms.log"
"""Where in the home the alarms are written."""
_MOST_LETTERS = 1500
_POST_SECONDS = 10.0


@dataclass(frozen=True)
class Alarm:
    """What happened: `kind` is `run_failed` or `late_senders`, both texts say the same.

    `month` and `run_id` are empty where there is none.
    """

    kind: str
    month: str
    english: str
    vietnamese: str
    run_id: str = ""


def give_alarm(home: Home | None, alarm: Alarm) -> str:
    """Writes an alarm into the home's log and posts it; returns the line that was written.

    Neither a home that is away (None), a log that cannot be written nor a webhook that is away
    raises anything.
    """
    line = _on_one_line(f"{alarm.kind} {alarm.english} | {alarm.vietnamese}")
    try:
        if home is not None:
            _write(home, line)
    except OSError as error:
        _LOG.warning("the alarm was not written into %s: %s", PLACE, error.strerror)
    _LOG.error("%s", line)
    if fault := post(alarm):
        _LOG.warning("%s", fault)
    return line


def _write(home: Home, line: str) -> None:
    """Adds a line to the home's log."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    make_private_folder(home.logs)
    path = home.root / PLACE
    make_private_file(path)
    with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{now} {line}\n")


def post(alarm: Alarm) -> str:
    """Posts an alarm as JSON to REFORM_INDEX_WEBHOOK where it is set; what went wrong, or empty.

    The address may hold a secret, so nothing that is returned or raised has it.
    """
    url = configured_webhook()
    if not url:
        return ""
    texts = {key: _on_one_line(text) for key, text in asdict(alarm).items()}
    # `text` is what most programs for messages show.
    body = {"text": f"{texts['vietnamese']}\n{texts['english']}", **texts}
    try:
        if urlsplit(url).scheme not in {"http", "https"}:
            return f"{WEBHOOK_VARIABLE} is not used: write a URL that begins with https://"
        request = urllib.request.Request(  # noqa: S310 -- the scheme is looked at above
            url,
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=utf-8", "User-Agent": "reform-index"},
        )
        with _build_opener().open(request, timeout=_POST_SECONDS):
            return ""
    except (OSError, ValueError, http.client.HTTPException) as error:
        status = f" with status {error.code}" if isinstance(error, urllib.request.HTTPError) else ""
        return (
            f"the alarm was not taken by the webhook ({type(error).__name__}{status}): see that "
            f"{WEBHOOK_VARIABLE} is right and that its server runs; {PLACE} has the alarm"
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook answers where it is: an alarm follows nobody elsewhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """No other request."""


def _build_opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)


def _on_one_line(text: str) -> str:
    return letters.show_invisible(" ".join(text.split()))[:_MOST_LETTERS]
