"""Chromium 83, as it is in PyQtWebEngine 5.15.2, for chromium83.mjs: takes commands on stdin and answers on stdout, a line of JSON for each.

{"id": 1, "url": "http://…"} loads a page; {"id": 2, "script": "…"} runs a script, which answers by console.log(TOKEN + id + JSON).
"""

import json
import os
import sys

from PyQt5.QtCore import QSocketNotifier, QUrl
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineProfile, QWebEngineView
from PyQt5.QtWidgets import QApplication

TOKEN = "tidings-answer "


def say(message):
    print(json.dumps(message), flush=True)


class Page(QWebEnginePage):
    def javaScriptConsoleMessage(self, level, text, line, source):
        if text.startswith(TOKEN):
            identifier, answer = text[len(TOKEN):].split(" ", 1)
            say({"id": int(identifier), "answer": answer})
        else:
            print(text, file=sys.stderr, flush=True)


def main():
    app = QApplication(sys.argv)
    # Without a name it keeps nothing.
    profile = QWebEngineProfile()
    page = Page(profile)
    view = QWebEngineView()
    view.setPage(page)
    view.show()
    loading = []

    def loaded(well):
        while loading:
            say({"id": loading.pop(), "answer": json.dumps({"value": well})})

    left = b""

    def read():
        # Not by lines: what a reader holds back, nobody is notified of.
        nonlocal left
        chunk = os.read(sys.stdin.fileno(), 65536)
        if not chunk:
            app.quit()
            return
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            obey(json.loads(line))

    def obey(command):
        if "url" in command:
            loading.append(command["id"])
            page.load(QUrl(command["url"]))
        else:
            page.runJavaScript(command["script"])

    page.loadFinished.connect(loaded)
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Read)
    notifier.activated.connect(read)
    say({"ready": profile.httpUserAgent()})
    app.exec_()
    # A page goes before its profile, or Qt complains.
    view.setPage(None)
    del page


main()
