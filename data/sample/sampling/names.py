"""Names of people who do not exist: given names and family names built from two halves."""

from __future__ import annotations

import unicodedata

import numpy as np

GIVEN = """
Ada Aisha Albin Alea Alma Amir Anders Aneta Anika Anton Arjun Arlo Asha Astrid Aurel Ayla
Bela Benno Bianca Birgit Bodil Bruno Calla Carlo Carmen Celia Chandra Chiara Cleo Cora
Dalia Damir Daria Deepa Dilan Dora Edda Edgar Eleni Elif Elio Elsa Emil Enno Enya Erik Esra
Eva Fabio Farah Felix Fiona Flora Frida Gabor Gesa Gideon Gita Greta Gustav Hanna Hana
Harun Hedda Helge Hugo Ida Ilka Ilya Imre Ines Ingo Irina Isha Ivo Jana Jarek Jasper Jette
Jonas Joris Judit Jürgen Kai Karim Karla Katya Kavya Kenji Kiran Klara Laila Lars Latif Lea
Leander Lena Levin Lilo Linus Lotte Luca Lucia Ludo Maeve Magda Malik Manon Mara Marek
Marlon Mateo Maya Meera Mila Milan Mina Mira Mirko Nadia Naveen Nele Nico Nila Nils Nina
Nora Odette Olaf Olga Omar Oskar Otis Pavel Petra Pia Piet Priya Quentin Rafael Rania Ravi
Reza Ria Rohan Romy Rosa Ruben Runa Sami Sanjay Selma Sena Sina Soraya Sven Søren Tamar
Tara Tarek Theo Thora Tilda Timo Tomas Uma Ursel Valentin Vera Vikram Viola Wanda Willem
Xenia Yara Yusuf Zahra Zoë Zora
""".split()  # noqa: SIM905 - names read better as a text
FIRST_HALF = """
Adler Ahren Alt Arden Ash Aus Bach Bär Baum Beller Birk Blau Born Brad Brand Bren Brück
Burg Calder Castel Dahl Dorn Eben Eich Elder Ender Erlen Fal Farn Feder Fels Finken Föhr
Frei Gilden Glas Grün Hag Hain Hall Hart Hasel Heller Hoch Holm Hutch Imm Jaden Kal Karls
Kirch Königs Kron Lang Laven Lind Loren Mal Mar Mer Mühl Nor Ober Oster Pall Quer Rad Raven
Reh Ros Sal Sand Schön Sil Sonnen Stein Stor Sund Tal Tann Thorn Ufer Vander Vel Wal Wein
Wester Wild Win Zell
""".split()  # noqa: SIM905 - names read better as a text
SECOND_HALF = """
acker bach beck berg born by dal dorf er ey feld ford hagen ham hauser heim hof holt horst
ing inger kamp land ley lund mann mark mayr meer more nagel ner oven quist rath ried sen
shaw son stad stedt strand stätter sund thal ton vall vik wald wick wood worth
""".split()  # noqa: SIM905 - names read better as a text


def invent(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return display names and unique e-mail addresses.

    Parameters
    ----------
    count : int
    rng : numpy.random.Generator

    Returns
    -------
    names : ndarray of str, shape (count,)
        "Given Family"; about one in a hundred is borne twice.
    addresses : ndarray of str, shape (count,)
        ``g.family@example.com``, numbered where it would be borne twice.
    """
    family = np.char.add(
        np.repeat(FIRST_HALF, len(SECOND_HALF)), np.tile(SECOND_HALF, len(FIRST_HALF))
    )
    family = np.unique(family)
    given_at = rng.integers(len(GIVEN), size=count)
    family_at = rng.integers(len(family), size=count)
    names = np.char.add(np.char.add(np.array(GIVEN)[given_at], " "), family[family_at])
    initial = np.array([_ascii(name)[0] for name in GIVEN])[given_at]
    plain_family = np.array([_ascii(name) for name in family])[family_at]
    local = np.char.add(np.char.add(initial, "."), plain_family)
    return names, _numbered(local)


def _numbered(local: np.ndarray) -> np.ndarray:
    order = np.argsort(local, kind="stable")
    ordered = local[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    start = np.maximum.accumulate(np.where(is_first, np.arange(len(local)), 0))
    repeat = np.empty(len(local), dtype=np.int64)
    repeat[order] = np.arange(len(local)) - start
    suffix = np.where(repeat > 0, (repeat + 1).astype(str), "")
    return np.char.add(np.char.add(local, suffix), "@example.com")


def _ascii(name: str) -> str:
    spelled = name.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    spelled = spelled.replace("ø", "oe")
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
