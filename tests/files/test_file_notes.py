"""What was noted when a file was cleaned has a sentence."""

from grievance.files.cleaning import WARNINGS
from grievance.web.file_notes import NOTES


def test_every_warning_has_a_sentence_and_no_sentence_is_without_one() -> None:
    assert set(NOTES) == WARNINGS
