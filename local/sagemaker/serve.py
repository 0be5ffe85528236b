"""The model server of an inference container, without the container.

Does what the SageMaker inference toolkit does with a script: imports it, calls model_fn once, and answers
GET /ping and POST /invocations by input_fn, predict_fn and output_fn, or by transform_fn. It binds a free port of
127.0.0.1, writes its number to file descriptor 3 when the model is loaded, and ends when its standard input does, so
that it never outlives whoever started it.

Invocations run one at a time: the toolkit's workers are single-threaded processes, and scripts rely on that.
"""

import importlib.util
import inspect
import io
import json
import os
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON, CSV, NPY, ANY = "application/json", "text/csv", "application/x-npy", "*/*"


class Unsupported(Exception):
    def __init__(self, status, content_type):
        super().__init__("Content type %s is not supported by this framework." % content_type)
        self.status = status


def default_model_fn(model_dir):
    raise NotImplementedError("Please provide a model_fn implementation.")


def default_input_fn(body, content_type):
    import numpy as np

    if content_type == JSON:
        return np.array(json.loads(body))
    if content_type == CSV:
        return np.genfromtxt(io.StringIO(body), delimiter=",")
    if content_type == NPY:
        return np.load(io.BytesIO(body)).astype(np.float32)
    raise Unsupported(415, content_type)


def default_predict_fn(data, model):
    return model.predict(data)


def default_output_fn(prediction, accept):
    if accept == JSON:
        return json.dumps(prediction, default=lambda value: value.tolist())
    import numpy as np

    if accept == CSV:
        text = io.StringIO()
        np.savetxt(text, prediction, delimiter=",", fmt="%s")
        return text.getvalue()
    if accept == NPY:
        data = io.BytesIO()
        np.save(data, prediction)
        return data.getvalue()
    raise Unsupported(406, accept)


class Model:
    """The user's handlers around the loaded model."""

    def __init__(self, module, model_dir):
        self.lock = threading.Lock()
        self.transform_fn = getattr(module, "transform_fn", None)
        self.input_fn = getattr(module, "input_fn", default_input_fn)
        self.predict_fn = getattr(module, "predict_fn", default_predict_fn)
        self.output_fn = getattr(module, "output_fn", default_output_fn)
        if self.transform_fn and any(hasattr(module, name) for name in ("input_fn", "predict_fn", "output_fn")):
            raise ValueError("Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, and/or output_fn implementation")
        self.model = call(getattr(module, "model_fn", default_model_fn), model_dir)

    def answer(self, body, content_type, accept):
        """Returns the response's body, as bytes, and its content type."""
        with self.lock:
            if self.transform_fn:
                result = call(self.transform_fn, self.model, body, content_type, accept)
            else:
                data = call(self.input_fn, body, content_type)
                result = call(self.output_fn, call(self.predict_fn, data, self.model), accept)
        text, content_type = result if isinstance(result, tuple) else (result, accept)
        return (text if isinstance(text, (bytes, bytearray)) else str(text).encode()), content_type


def call(function, *arguments):
    """Handlers may take one more positional argument, the context, which is None outside of a multi-model server."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        arguments += (None,)
    return function(*arguments)


def decoded(body, content_type):
    """The toolkit hands these two types to input_fn as text and everything else, JSON Lines too, as bytes."""
    return body.decode("utf-8") if content_type.split(";")[0].strip().lower() in (JSON, CSV) else body


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    model = None

    def do_GET(self):
        self.reply(200 if self.path == "/ping" else 404, b"")

    def do_POST(self):
        body = self.body()
        if self.path != "/invocations":
            return self.reply(404, b"")
        content_type = self.headers.get("Content-Type") or JSON
        accept = self.headers.get("Accept")
        if not accept or accept == ANY:
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        try:
            result, result_type = self.model.answer(decoded(body, content_type), content_type, accept)
        except Unsupported as error:
            return self.reply(error.status, str(error).encode(), "text/plain")
        except Exception as error:
            traceback.print_exc()
            status = getattr(error, "status_code", 500)
            return self.reply(status, ("%s: %s" % (type(error).__name__, error)).encode(), "text/plain")
        self.reply(200, result, result_type)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def reply(self, status, body, content_type=None):
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format, *args):
        if self.path != "/ping":
            sys.stdout.write("%s - %s\n" % (self.address_string(), format % args))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def user_module(path):
    directory = os.path.dirname(path)
    sys.path.insert(0, directory)
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    threading.Thread(target=end_with_parent, daemon=True).start()
    base = os.environ["SAGEMAKER_BASE_DIR"]
    module = user_module(os.path.join(os.environ["SAGEMAKER_SUBMIT_DIRECTORY"], os.environ["SAGEMAKER_PROGRAM"]))
    Handler.model = Model(module, os.path.join(base, "model"))
    server = Server(("127.0.0.1", 0), Handler)
    with open(3, "w") as report:
        report.write("%d\n" % server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
