from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"items": [], "total": 0, "limit": 20, "offset": 0}')


print("listening on http://localhost:5000", flush=True)
ThreadingHTTPServer(("0.0.0.0", 5000), Handler).serve_forever()
