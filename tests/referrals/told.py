"""What a worker told: a full filing in Vietnamese, with everything that must not slip out."""

from __future__ import annotations

from grievance.questions.question import Answer
from tests.questions.answers import WAGES

TOLD: dict[str, Answer] = {
    **WAGES,
    "name": "Nguyễn Thị Linh",
    "name-own": "阮氏玲",
    "reach-by": "phone",
    "contact-phone": "+819012345678",
    "company": "Aichi Foods",
    "company-own": "愛知食品株式会社",
    "company-place": "豊橋市",
    "since": "2026-02-25",
    "what-happened": (
        "Công ty không trả lương cho tôi. Ông chủ nói: nguyen thi linh im đi!"
        " Gọi tôi số 090-1234-5678. 阮氏玲"
    ),
    "wants-words": "Trả đủ lương hai tháng.",
    "told": "no",
    "fear": "yes",
    "status": "titp",
    "nationality": "VN",
    "true-for-me": ["woman"],
}

IN_JAPANESE = {
    "what-happened": "会社が給料を払ってくれません。",
    "wants-words": "二か月分の給料を全額払ってほしいです。",
}
