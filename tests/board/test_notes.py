from __future__ import annotations

from harness.board.notes import Notes, cut


def test_a_reason_has_one_note_however_often_it_is_given():
    notes = Notes()
    first, other, again = (notes.absent(reason) for reason in ("no <meter>", "no GPU!", "no <meter>"))
    assert first == again != other
    assert 'href="#note-1" title="no &lt;meter&gt;" aria-label="none, see note 1"' in first
    assert notes.to_html() == (
        '<ol class="notes" aria-label="Notes"><li id="note-1">No &lt;meter&gt;.</li><li id="note-2">No GPU!</li></ol>'
    )


def test_a_list_of_its_own_is_marked_with_letters():
    notes = Notes("more", letters=True)
    marks = [notes.mark(str(number)) for number in range(28)]
    assert [mark.split(">")[2].split("<")[0] for mark in (marks[0], marks[25], marks[26], marks[27])] == [
        *("a", "z", "aa", "ab")
    ]
    assert str(notes.to_html()).startswith('<ol class="notes letters"')


def test_a_title_is_short_and_the_note_is_whole():
    notes = Notes()
    reason = "x" * 500
    assert len(cut(reason)) == 120 and cut(reason) in notes.absent(reason)
    assert reason[1:] in str(notes.to_html())


def test_without_notes_there_is_no_list():
    assert Notes().to_html() is None
