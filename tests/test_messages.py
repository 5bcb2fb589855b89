"""What is asked of every message that people read."""

from bot.catalogues import _FOLDERS, KEYWORDS, ROOT, extract_from_dir


def test_no_message_is_both_a_plain_one_and_the_singular_of_two():
    """A catalogue files them apart: the plain one would stay English (Python: gettext)."""
    found = [
        message
        for folder, methods in _FOLDERS.items()
        for _name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, {"**.j2": {"silent": "false"}}, KEYWORDS
        )
    ]
    plain = {message for message in found if isinstance(message, str)}
    singular = {message[0] for message in found if isinstance(message, tuple)}
    assert plain & singular == set()
    assert len(plain) > 100
