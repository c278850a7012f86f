"""A small server that behaves well, or badly on request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `files` by path; `misbehave[path]` is a list of behaviours, one taken per request, then it behaves."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.misbehave: dict[str, list[Callable[[BaseHTTPRequestHandler, bytes], None]]] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.sent = 0
        self.release = threading.Event()
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.httpd.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.httpd.server_port}"

    def __enter__(self) -> Server:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append((self.path, self.headers.get("Range")))
                queue = server.misbehave.get(self.path, [])
                if queue:
                    queue.pop(0)(self, server.files.get(self.path, b""))
                elif self.path in server.files:
                    serve(self, server.files[self.path])
                else:
                    self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def serve(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """The file, or the part of it asked for."""
    asked = handler.headers.get("Range")
    start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
    wanted = handler.headers.get("If-Range")
    if start >= len(content) > 0 and asked:
        handler.send_error(416)
        return
    if asked and (wanted is None or wanted == etag(content)):
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    else:
        start = 0
        handler.send_response(200)
    handler.send_header("ETag", etag(content))
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:])


def etag(content: bytes) -> str:
    return f'"{hash(content)}"'


def cut_off(after: int, *, with_length: bool = True) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    """Announce the whole file, send `after` bytes, hang up."""

    def behave(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(200)
        handler.send_header("ETag", etag(content))
        if with_length:
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:after])

    return behave


def stall(server: Server, after: int) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    """Send `after` bytes, then nothing until the test is over."""

    def behave(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        cut_off(after)(handler, content)
        handler.wfile.flush()
        server.release.wait(20)

    return behave


def ignore_range(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """The whole file, whatever was asked for."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def fail(status: int) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    """Answer with an error."""
    return lambda handler, _: handler.send_error(status)


def web_page(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """A friendly error page, said to be fine."""
    page = b"<!DOCTYPE html><html><head><title>Page not found</title></head><body>Sorry</body></html>"
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", str(len(page)))
    handler.end_headers()
    handler.wfile.write(page)
