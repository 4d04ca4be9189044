"""Opens a page in QtWebKit, without its own EventSource, and passes on what the page says. Ends when it is killed."""

import signal
import sys

from PyQt5.QtCore import QUrl
from PyQt5.QtWebKitWidgets import QWebPage
from PyQt5.QtWidgets import QApplication


class Page(QWebPage):
    def javaScriptConsoleMessage(self, text, line, source):
        print(text, f"({source}:{line})", flush=True)


def loaded(well):
    if not well:
        print("the page did not load", flush=True)
        sys.exit(1)


signal.signal(signal.SIGTERM, signal.SIG_DFL)
application = QApplication(sys.argv)
page = Page()
frame = page.mainFrame()
frame.javaScriptWindowObjectCleared.connect(lambda: frame.evaluateJavaScript("delete window.EventSource"))
page.loadFinished.connect(loaded)
frame.load(QUrl(sys.argv[1]))
application.exec_()
