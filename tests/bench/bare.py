"""The least that a Flask application can do with a submission: put its bytes into SQLite, as durably as intake does."""

import sqlite3

from flask import Flask, request


def create_app(database: str) -> Flask:
    """Takes `PUT /submissions/ID`, checks nothing, answers 204."""
    app = Flask(__name__)
    connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE submission (id TEXT PRIMARY KEY, envelope BLOB NOT NULL)")

    @app.put("/submissions/<name>")
    def put(name: str) -> tuple[str, int]:
        connection.execute("INSERT INTO submission VALUES (?, ?)", (name, request.get_data()))
        return "", 204

    return app
