"""Log lines: one shape for ours and the libraries', without personal data, secrets or forged lines."""

import logging
import re
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from workers.settings import LogFormat

REDACTED = "[redacted]"

PRIVATE_FRAGMENTS = (
    *("email", "e_mail", "phone", "street"),
    *("token", "password", "passwd", "secret", "authorization", "credential", "cookie", "session_id"),
    *("api_key", "apikey", "private_key", "consumer_key"),
)
TECHNICAL_NAMES = frozenset(
    {"hostname", "filename", "logger_name", "task_name", "queue_name", "process_name", "event_name", "func_name"}
)
"""Keys that end in `name` and mean a thing. Every other name may be a person's."""

MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Celery quotes the whole message it cannot read, and anybody may send one.
    (re.compile(r"(The full contents of the message body was:).*", re.DOTALL), rf"\1 {REDACTED}"),
    (re.compile(r"-----BEGIN [A-Z ]{1,40}-----.*?(?:-----END [A-Z ]{1,40}-----|\Z)", re.DOTALL), "[key]"),
    (re.compile(r"(?i)\b(bearer|basic|oauth)(\s+|%20|\+)[\w.~+/=!-]{6,}"), r"\1 [token]"),
    (re.compile(r"\bpat-[a-z]{2,4}\d?-[\w-]{6,}"), "[token]"),
    (re.compile(r"\btandem_[0-9a-f]{12}_[0-9a-f]{6,}"), "[token]"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?"), "[token]"),
    (re.compile(r"\b00D\w{12}(?:\w{3})?!\S+"), "[token]"),
    (re.compile(r"(?i)(://)[^\s/@:]{0,200}:[^\s/@]{1,200}@"), r"\1[credentials]@"),
    (
        re.compile(
            r"""(?ix)\b((?:access_|refresh_|id_)?token|assertion|client_secret|api_?key|hapikey|password|passwd|secret)
            (["']?\s*[=:]\s*["']?) [^\s"'&,;]+"""
        ),
        r"\1\2[redacted]",
    ),
    # Bounded, or a long text without an @ would take quadratic time.
    (re.compile(r"[\w.!#$&'*+/=?^`{|}~-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "[email]"),
)

# Also what only some viewers take for a new line, and what turns the reading direction round.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
CONTROL_BUT_NEWLINE = re.compile(CONTROL.pattern.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))

DEEPEST = 6
LONGEST = 20_000


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """`log = get_logger(__name__)`; events are facts in the past tense: `account.created`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def configure_logging(*, level: str, log_format: LogFormat, stream: TextIO | None = None) -> None:
    """Send everything through one handler, to stderr by default; calling it again replaces it.

    Raises ValueError for a level that does not exist.
    """
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise ValueError(f"TANDEM_LOG_LEVEL is {level!r}; one of {', '.join(known)} is needed")
    both: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *both,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=both, processors=_last_steps(log_format))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(known[level.upper()])
    logging.captureWarnings(capture=True)
    # Its DEBUG lines hold the addresses of queries, and those hold what was searched for.
    logging.getLogger("urllib3").setLevel(max(logging.INFO, root.level))


def _last_steps(log_format: LogFormat) -> list[Processor]:
    """Masking comes after the traceback has become text, so that nothing reaches the renderer unseen."""
    render: Processor
    if log_format is LogFormat.JSON:
        render = structlog.processors.JSONRenderer(sort_keys=True)
    else:
        render = structlog.dev.ConsoleRenderer(colors=False)
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_private_data,
        render,
    ]


def without_private_data(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event with private keys redacted, private texts masked and every value on one line."""
    return {
        _one_line(masked(key)): _indented(masked(str(value)))
        if key in {"exception", "stack"}
        else _clean(key, value, 0)
        for key, value in event.items()
    }


def masked(text: str) -> str:
    """The text without e-mail addresses, tokens and passwords, wherever they stand in it."""
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def _clean(key: str, value: Any, depth: int) -> Any:
    if _is_private(key) and not (value is None or isinstance(value, bool)):
        return REDACTED
    if value is None or isinstance(value, int | float):
        return value
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {_one_line(masked(str(k))): _clean(str(k), inner, depth + 1) for k, inner in value.items()}
    if isinstance(value, list | tuple | AbstractSet):
        return [_clean("", inner, depth + 1) for inner in value]
    return _one_line(masked(_as_text(value)))


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    return str(value)


def _is_private(key: str) -> bool:
    plain = key.lower().replace("-", "_")
    if plain.endswith(("name", "names")):
        return plain not in TECHNICAL_NAMES
    return any(fragment in plain for fragment in PRIVATE_FRAGMENTS)


def _one_line(text: str) -> str:
    return CONTROL.sub(_escape, text)


def _indented(text: str) -> str:
    """A traceback keeps its lines, but none of them can pass for a line of the log."""
    return CONTROL_BUT_NEWLINE.sub(_escape, text).replace("\n", "\n  | ")


def _escape(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
