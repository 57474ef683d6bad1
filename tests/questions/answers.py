"""A complete filing: the answers of a technical intern who was not paid."""

from __future__ import annotations

from grievance.questions.question import Answer

WAGES: dict[str, Answer] = {
    "language": "vi",
    "who": "own",
    "problem": "money",
    "issue": "wages-unpaid",
    "location": "japan",
    "what-happened": "Two months without pay.",
    "goal": "money",
    "know": "not-employer",
    "reach-by": "none",
    "reissue": "yes",
}
