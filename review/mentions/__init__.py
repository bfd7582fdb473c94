"""What an answer may not name, since somebody else may see the screen it is read on: files, persons, countries, dates.

Rules, pure: each gives the words that it found, as they stand in the answer. They are a guard against accidents: what
is written in another way ("the French"; a name misspelt) is not found.
"""

from review.mentions.countries import country_in
from review.mentions.dates import date_in
from review.mentions.given import file_in, person_in

__all__ = ["country_in", "date_in", "file_in", "person_in"]
