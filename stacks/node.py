"""jsii's Node process, in which CDKTF runs: started early, asked ahead, and spared what changes nothing.

A synth asks Node some 1,800 questions. With jsii alone, Python waits for every answer, and Node for every question.
Some steps, each of which leaves the synthesized Terraform as it was, keep both busy:

- Node starts, and reads packages and classes, while Python goes on importing them;
- most answers are foreseen, see `ask_ahead`: Python goes on with them, and reads what Node says when it has to wait;
- what a struct leaves out is not sent, and what `typing.get_type_hints` says of a class, which jsii asks with every
  object of it, is remembered;
- Node preloads `node_preload.cjs`, which says what that is for.

`benchmarks/synth.py` measures what they are worth, and checks that the output is the same without them. They stand on
jsii 1.14x, whose private parts these are.
"""

import functools
import json
import os
import shutil
import sys
import typing
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jsii
from jsii._kernel.providers import process as jsii_process
from jsii._kernel.types import (
    CreateRequest,
    CreateResponse,
    GetResponse,
    InvokeRequest,
    InvokeResponse,
    LoadRequest,
    LoadResponse,
    ObjRef,
    SetRequest,
    SetResponse,
    StaticGetRequest,
)

_PRELOAD = Path(__file__).with_name("node_preload.cjs")
_ONE_BY_ONE = "--one-by-one"
_MOST_UNREAD = 64
"""Answers left in the pipe, of 100 to 200 bytes each. Pipes hold 16 KB or more; if one were full, Node would wait for
Python to read while Python waits for Node to."""
_FIRST_NUMBER = 10_000
_SETTERS = ("add", "put", "reset", "set")
"""How the methods begin that return nothing, in CDKTF and in what it generates for a provider."""


class UnforeseenAnswerError(RuntimeError):
    """Node answered an earlier question with an error, or otherwise than was foreseen and gone on with."""


class _Node(jsii_process._NodeProcess):
    """The process. What is foreseen of an answer is returned at once, and compared with the answer later."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.ahead = False
        self._unread: deque[Callable[[], object]] = deque()
        self._next_number = _FIRST_NUMBER

    def handshake(self) -> None:
        """Leave Node's greeting to be read before its first answer."""
        self._unread.append(super().handshake)

    def send(self, request: Any, response_type: Any) -> Any:
        """Ask, and return the answer or what is foreseen of it.

        Raises UnforeseenAnswerError about an earlier question, what jsii raises about this one.
        """
        foreseen = self._foresee(request)
        if foreseen is not None:
            self._ask(request, partial(self._compare, foreseen))
            return foreseen
        self._read_all_but(0)
        answer = super().send(request, response_type)
        self._next_number = max((self._next_number, *(number + 1 for number in _numbers(answer))))
        return answer

    def read_class(self, name: str) -> None:
        """Have Node read the module of jsii's class `name`, whatever it answers."""
        self._ask(StaticGetRequest(name, "tfResourceType"), self._next_message)

    def _foresee(self, request: Any) -> Any:
        match request:
            case LoadRequest(name=name):
                return LoadResponse(name, types=0)  # nobody asks how many
            case _ if not self.ahead:
                return None
            case CreateRequest(overrides=[_, *_]):
                self.ahead = False  # from here on, Node may ask about what Python overrides before it answers
                return None
            case CreateRequest(fqn=name):
                self._next_number += 1
                return CreateResponse(f"{name}@{self._next_number - 1}")
            case InvokeRequest(method=name) if name.startswith(_SETTERS):
                return InvokeResponse()
            case SetRequest():
                return SetResponse()
        return None

    def _ask(self, request: Any, read_answer: Callable[[], object]) -> None:
        self._read_all_but(_MOST_UNREAD - 1)
        question = json.dumps(self._serializer.unstructure(request), default=jsii_process.jdefault)
        node: Any = self._process.stdin
        node.write(question.encode() + b"\n")
        node.flush()
        self._unread.append(read_answer)

    def _read_all_but(self, most: int) -> None:
        while len(self._unread) > most:
            self._unread.popleft()()

    def _compare(self, foreseen: Any) -> None:
        match self._next_message():
            case {"ok": _} if isinstance(foreseen, LoadResponse):
                return
            case {"ok": answer} if self._serializer.structure(answer, type(foreseen)) == foreseen:
                return
            case {"error": error}:
                raise UnforeseenAnswerError(error)
            case message:
                raise UnforeseenAnswerError(f"{message} instead of {foreseen}")


def _numbers(answer: Any) -> Iterator[int]:
    """Of the objects that `answer` tells of; jsii numbers each when it first does."""
    match answer:
        case ObjRef(ref=reference):
            yield int(reference.rpartition("@")[2])
        case GetResponse(value=part) | InvokeResponse(result=part):
            yield from _numbers(part)
        case dict():
            yield from _numbers(list(answer.values()))
        case list():
            for part in answer:
                yield from _numbers(part)


def ask_ahead(synthesize: Callable[[], None]) -> None:
    """Have an app built and written, going on with foreseen answers: a new object has the next number, and setters
    return nothing.

    What goes wrong in JavaScript would show only at a later question than the one to blame. So the program then starts
    anew with `--one-by-one`, which waits for each answer, and raises the error where it belongs.
    """
    if _node is None or _ONE_BY_ONE in sys.argv:
        return synthesize()
    _node.ahead = True
    try:
        synthesize()
    except UnforeseenAnswerError:
        _node.stop()
        os.execv(sys.executable, [*sys.orig_argv, _ONE_BY_ONE])


def _start() -> _Node | None:
    if "constructs" in sys.modules:
        return None  # its package has been read by a process of jsii's own
    if shutil.which(os.environ.get("JSII_NODE", "node")) is None:
        return None  # jsii says so once it is asked for something
    # json.dumps quotes the path the way NODE_OPTIONS wants it: in double quotes, backslashes escaped.
    option = f"--preserve-symlinks --require={json.dumps(str(_PRELOAD))}"
    inherited = os.environ.get("NODE_OPTIONS", "")
    if option not in inherited:
        os.environ["NODE_OPTIONS"] = f"{inherited} {option}".strip()
    jsii_process._NodeProcess = _Node  # type: ignore[misc]
    node: _Node = jsii._runtime.kernel.provider._process  # type: ignore[attr-defined]
    return node


def _read_classes_beside(node: _Node) -> None:
    register = jsii._reference_map.register_type
    read = set()

    def register_and_read(kind: Any) -> None:
        register(kind)
        module = kind.__jsii_type__.rpartition(".")[0]  # of "@cdktf/provider-aws.sqsQueue.SqsQueue"
        if module.startswith("@cdktf/provider-") and module not in read:
            read.add(module)
            node.read_class(kind.__jsii_type__)

    jsii._reference_map.register_type = register_and_read  # type: ignore[assignment]


def _send_what_is_given() -> None:
    names_of = jsii._runtime.python_jsii_mapping

    def names_of_given(struct: Any) -> Mapping[str, str] | None:
        names = names_of(struct)
        return names and {ours: names[ours] for ours in getattr(struct, "_values", names)}

    jsii._runtime.python_jsii_mapping = names_of_given  # type: ignore[assignment]


def _remember_type_hints() -> None:
    ask = typing.get_type_hints
    remembered = functools.cache(ask)

    def get_type_hints(subject: Any, *names: Any, **options: Any) -> dict[str, Any]:
        return ask(subject, *names, **options) if names or options else remembered(subject)

    typing.get_type_hints = get_type_hints  # type: ignore[assignment]


_node = _start()
if _node:
    _read_classes_beside(_node)
_send_what_is_given()
_remember_type_hints()
