"""Talks through libnanomsg in the manner of Python's bindings.

usage: talk.py LIBRARY HEADER
"""

import ctypes
import os
import re
import sys
import tempfile
import threading

lib = ctypes.CDLL(sys.argv[1], use_errno=True)
lib.nn_symbol.restype = ctypes.c_char_p
lib.nn_strerror.restype = ctypes.c_char_p


def symbols():
    value, i = ctypes.c_int(), 0
    while name := lib.nn_symbol(i, ctypes.byref(value)):
        yield name.decode(), value.value
        i += 1


for name, value in symbols():
    globals()[name] = value


def check(what, good):
    print("ok" if good else "not ok", what, flush=True)


class Error(Exception):
    pass


def call(rc):
    if rc < 0:
        raise Error(lib.nn_strerror(lib.nn_errno()).decode(), lib.nn_errno())
    return rc


class Socket:
    def __init__(self, domain, protocol):
        self.s = call(lib.nn_socket(domain, protocol))

    def bind(self, addr):
        return call(lib.nn_bind(self.s, addr.encode()))

    def connect(self, addr):
        return call(lib.nn_connect(self.s, addr.encode()))

    def setsockopt(self, level, option, value):
        if isinstance(value, int):
            value = ctypes.c_int(value)
            return call(lib.nn_setsockopt(self.s, level, option, ctypes.byref(value), ctypes.c_size_t(4)))
        value = value.encode()
        return call(lib.nn_setsockopt(self.s, level, option, value, ctypes.c_size_t(len(value))))

    def getsockopt(self, level, option):
        value, size = ctypes.c_int(), ctypes.c_size_t(4)
        call(lib.nn_getsockopt(self.s, level, option, ctypes.byref(value), ctypes.byref(size)))
        return value.value

    def send(self, body):
        body = body.encode()
        return call(lib.nn_send(self.s, body, ctypes.c_size_t(len(body)), 0))

    def recv(self):
        """Takes a message that the library allocated, copies and frees it."""
        chunk = ctypes.c_void_p()
        n = call(lib.nn_recv(self.s, ctypes.byref(chunk), ctypes.c_size_t(-1), 0))
        body = ctypes.string_at(chunk, n).decode()
        call(lib.nn_freemsg(chunk))
        return body

    def close(self):
        return call(lib.nn_close(self.s))


def open_pair(one, other, addr):
    a, b = Socket(AF_SP, one), Socket(AF_SP, other)
    for s in (a, b):
        for option in (NN_SNDTIMEO, NN_RCVTIMEO):
            try:
                s.setsockopt(NN_SOL_SOCKET, option, 10000)
            except Error:
                pass
    a.bind(addr)
    b.connect(addr)
    return a, b


def talk(scheme, addr):
    a, b = open_pair(NN_PAIR, NN_PAIR, addr())
    a.send("there")
    check(f"{scheme}: pair, there", b.recv() == "there")
    b.send("back")
    check(f"{scheme}: pair, back", a.recv() == "back")
    a.close(), b.close()

    push, pull = open_pair(NN_PUSH, NN_PULL, addr())
    push.send("work")
    check(f"{scheme}: pipeline", pull.recv() == "work")

    for first, second, how in ((NN_REP, NN_REQ, "REP binds"), (NN_REQ, NN_REP, "REQ binds")):
        a, b = open_pair(first, second, addr())
        req, rep = (a, b) if first == NN_REQ else (b, a)
        req.send("question")
        check(f"{scheme}: {how}, request", rep.recv() == "question")
        rep.send("answer")
        check(f"{scheme}: {how}, reply", req.recv() == "answer")

    pub, sub = open_pair(NN_PUB, NN_SUB, addr())
    sub.setsockopt(NN_SUB, NN_SUB_SUBSCRIBE, "")
    stop = threading.Event()

    def publish():
        while not stop.wait(0.01):
            pub.send("news")

    publisher = threading.Thread(target=publish)
    publisher.start()
    check(f"{scheme}: subscriber", sub.recv() == "news")
    stop.set()
    publisher.join()


def errors():
    try:
        Socket(AF_SP, NN_PAIR).bind("what://ever")
        check("error", False)
    except Error as e:
        check("error", e.args == ("Protocol not supported", EPROTONOSUPPORT))
    s = Socket(AF_SP, NN_PAIR)
    s.setsockopt(NN_SOL_SOCKET, NN_RCVTIMEO, 10)
    try:
        s.recv()
        check("timeout", False)
    except Error as e:
        check("timeout", e.args[1] == ETIMEDOUT)
    check("option", s.getsockopt(NN_SOL_SOCKET, NN_RCVTIMEO) == 10)


def header(path):
    """Whatever the header declares, as generators read it, the library has."""
    text = open(path).read()
    names = re.findall(r"^NN_EXPORT[^;(]*?(nn_\w+)\s*\(", text, re.M)
    check("declarations", len(names) == 23 and all(hasattr(lib, n) for n in names))
    known = dict(symbols())
    defined = re.findall(r"^#define\s+(NN_\w+)\s+(-?\d+)\s*$", text, re.M)
    check("constants", len(defined) > 60 and all(known.get(n, int(v)) == int(v) for n, v in defined if not n.startswith("NN_VERSION")))


with tempfile.TemporaryDirectory() as folder:
    made = iter(range(1000))
    talk("inproc", lambda: f"inproc://{next(made)}")
    talk("ipc", lambda: f"ipc://{folder}/{next(made)}")
    pid = os.getpid()
    talk("tcp", lambda: f"tcp://127.{140 + (pid >> 16) % 10}.{pid >> 8 & 255}.{pid & 255}:{10000 + next(made)}")
errors()
header(sys.argv[2])
check("symbols", len(list(symbols())) == 121)
print(open("/proc/self/maps").read())
