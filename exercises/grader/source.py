"""What can be read from an answer's text: it points to a line, it never decides."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

Function = ast.FunctionDef | ast.AsyncFunctionDef
LOOPS = (ast.For, ast.AsyncFor, ast.While)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Source:
    """The text of one answer. Text that does not parse has no functions and no lines to point to."""

    text: str

    @cached_property
    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module(body=[], type_ignores=[])

    def line(self, number: int | None) -> str:
        """The text of one line, counted from 1; empty when there is no such line."""
        lines = self.text.splitlines()
        return lines[number - 1].strip() if number and 0 < number <= len(lines) else ""

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, Function))

    @cached_property
    def yields(self) -> bool:
        """Whether anything in the text yields."""
        return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(self.tree))

    @cached_property
    def return_in_loop(self) -> int | None:
        """The line of the first `return` inside a loop of a generator function."""
        for function in self.functions:
            if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function)):
                for loop in (node for node in _own(function) if isinstance(node, LOOPS)):
                    for node in _own(loop):
                        if isinstance(node, ast.Return):
                            return node.lineno
        return None

    @cached_property
    def forgotten_sleep(self) -> int | None:
        """The line of the first call of a `sleep` that stands alone, without `await`, in an `async def`."""
        for function in self.functions:
            if isinstance(function, ast.AsyncFunctionDef):
                for node in _own(function):
                    if isinstance(node, ast.Expr) and _is_sleep(node.value):
                        return node.lineno
        return None

    @cached_property
    def collects(self) -> bool:
        """Whether values are put together: in a list, by a comprehension, by `gather`."""
        return any(
            isinstance(node, ast.ListComp)
            or (
                isinstance(node, ast.Call) and _last_name(node.func) in ("append", "extend", "list", "gather")
            )
            for node in ast.walk(self.tree)
        )

    @cached_property
    def names(self) -> set[str]:
        """Every name that the text gives to something: parameters, variables, functions, imports."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, Function | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.alias):
                found.add(node.asname or node.name.partition(".")[0])
        return found

    def module_of(self, name: str) -> str:
        """The module that the name was last imported from; empty when it was not imported by that name."""
        module = ""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
                module = node.module or ""
        return module

    def value_returned_by(self, name: str | None) -> int | None:
        """The line on which the function of that name returns a value."""
        for function in self.functions:
            if function.name == name:
                for node in _own(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        return node.lineno
        return None

    def calls(self, name: str) -> int | None:
        """The line of the first call of the function or class of that name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _last_name(node.func) == name:
                return node.lineno
        return None

    def yield_line(self) -> int | None:
        """The line of the only `yield`; None where there are several, or none."""
        lines = [node.lineno for node in ast.walk(self.tree) if isinstance(node, ast.Yield | ast.YieldFrom)]
        return lines[0] if len(lines) == 1 else None


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, those of inner functions and classes left out."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, SCOPES):
            yield child
            yield from _own(child)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_sleep(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) == "sleep"
