"""Every process of an intake is killed at random moments while it is used; what was promised is there afterwards.

ledger.py      what was sent, and what was answered: the promises
sealed.py      what submitters send, made again from a number
service.py     `intake serve`, started again whenever it ends, as systemd does
submitters.py  sixteen people who try the same again until it is stored
courier.py     closes days, carries bundles out, and brings in the ceremony's file, posts and records
carried.py     reads a bundle and finds whether it is whole
held.py        reads a database
judge.py       finds what is lost, half kept or doubled
killer.py      who is killed, and when
rampage.py     all of them at once
"""
