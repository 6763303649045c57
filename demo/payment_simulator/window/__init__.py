"""The checkout window's pages, filled in from a payment; all a person sees is in these files."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import AnyHttpUrl

from demo.payment_simulator.payments import Payment, Status

ASSETS: Final = {
    "checkout-window.css": "text/css; charset=utf-8",
    "checkout-window.js": "text/javascript; charset=utf-8",
    "checkout-window.svg": "image/svg+xml",
}
KST: Final = ZoneInfo("Asia/Seoul")

TITLES: Final = {
    Status.PENDING: "결제하기",
    Status.COMPLETED: "결제가 완료되었습니다",
    Status.FAILED: "결제가 거절되었습니다",
    Status.CANCELLED: "결제를 취소했습니다",
    Status.REFUNDED: "환불된 결제입니다",
}
MARKS: Final = {
    Status.COMPLETED: "✓",
    Status.FAILED: "!",
    Status.CANCELLED: "×",
    Status.REFUNDED: "↩",
}


@dataclass(frozen=True, slots=True)
class Window:
    """Templates and assets, read once."""

    page: Template
    ask: Template
    result: Template
    assets: Mapping[str, tuple[bytes, str]]

    @classmethod
    def load(cls) -> "Window":
        """Read the files beside this module."""
        here = Path(__file__).parent
        return cls(
            page=Template((here / "page.html").read_text(encoding="utf-8")),
            ask=Template((here / "ask.html").read_text(encoding="utf-8")),
            result=Template((here / "result.html").read_text(encoding="utf-8")),
            assets={name: ((here / name).read_bytes(), kind) for name, kind in ASSETS.items()},
        )

    def show(self, payment: Payment) -> str:
        """Return the question while it is open, the result after."""
        asking = payment.status is Status.PENDING
        facts = {
            "payment_id": payment.payment_id,
            "order_id": str(payment.order_id),
            "amount": f"{payment.amount:,}",
            "opened_at": payment.opened_at.astimezone(KST).strftime("%Y. %m. %d. %H:%M"),
            "status": payment.status.value,
            "kind": payment.status.name.lower(),
            "title": TITLES[payment.status],
            "mark": MARKS.get(payment.status, ""),
            "reason": payment.failure_reason or "",
            "return_url": return_address(payment),
            "return_origin": origin(payment.intent.return_url),
        }
        return self._fill(self.ask if asking else self.result, facts)

    def unknown(self) -> str:
        """Return the page for an address that leads to no payment."""
        facts = dict.fromkeys(
            ("payment_id", "order_id", "amount", "opened_at", "return_url", "return_origin"), ""
        )
        facts |= {
            "status": "UNKNOWN",
            "kind": "unknown",
            "title": "결제를 찾을 수 없습니다",
            "mark": "?",
            "reason": "주소가 잘못되었거나 결제 서버가 다시 시작되었습니다.",
        }
        return self._fill(self.result, facts)

    def _fill(self, main: Template, facts: Mapping[str, str]) -> str:
        safe = {name: escape(value) for name, value in facts.items()}
        return self.page.substitute(safe, main=main.substitute(safe))


def return_address(payment: Payment) -> str:
    """Return where the merchant wants the browser back, told how it went; "" when nowhere."""
    if payment.intent.return_url is None:
        return ""
    address = str(payment.intent.return_url)
    address, hash_mark, fragment = address.partition("#")
    told = urlencode(
        {
            "payment_id": payment.payment_id,
            "order_id": payment.order_id,
            "status": payment.status.value,
        }
    )
    return f"{address}{'&' if '?' in address else '?'}{told}{hash_mark}{fragment}"


def origin(url: AnyHttpUrl | None) -> str:
    """Return the URL's origin as browsers write it (no default port), "" for none."""
    if url is None:
        return ""
    host = f"{url.scheme}://{url.host}"
    usual = {"http": 80, "https": 443}[url.scheme]
    return host if url.port in {None, usual} else f"{host}:{url.port}"
