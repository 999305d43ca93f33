"""Pages of the Python API, one for each public module. Sphinx fills them with the docstrings."""

import ast
import importlib
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

from pages.docstrings import escape
from pages.markdown import page, table, toctree

MODULES = (
    "kvae",
    "kvae.models",
    "kvae.models.base",
    "kvae.networks",
    "kvae.distributions",
    "kvae.distributions.likelihoods",
    "kvae.distributions.posteriors",
    "kvae.distributions.priors",
    "kvae.distributions.labels",
    "kvae.objectives",
    "kvae.training",
    "kvae.training.schedules",
    "kvae.callbacks",
    "kvae.data",
    "kvae.evaluation",
    "kvae.latent",
    "kvae.latent.arithmetic",
    "kvae.latent.traversal",
    "kvae.latent.interpolation",
    "kvae.latent.blending",
    "kvae.latent.transfer",
    "kvae.latent.samplers",
    "kvae.plots",
    "kvae.plots.sheet",
    "kvae.recipes",
    "kvae.zoo",
    "kvae.tuning",
    "kvae.explorer",
    "kvae.serving",
    "kvae.presets",
    "kvae.runs",
    "kvae.capabilities",
    "kvae.errors",
)
"""Public modules, in the order of the reference."""


def public_names(module: str) -> list[str]:
    """Return the public names of a module, as a type checker knows them.

    They are `__all__` if there is one. Otherwise they are the names that the module imports as themselves, as in
    `from part import name as name`, and those that it defines.
    """
    tree = _tree(module)
    listed = vars(importlib.import_module(module)).get("__all__")
    names = listed or [name for node in ast.walk(tree) for name in _names(node, tree)]
    return sorted({name for name in names if not name.startswith("_")})


def _tree(module: str) -> ast.Module:
    return ast.parse(Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8"))


def _names(node: ast.AST, tree: ast.Module) -> list[str]:
    """Return the public names that a statement of a module defines."""
    match node:
        case ast.ImportFrom():
            return [alias.name for alias in node.names if alias.name == alias.asname]
        case ast.FunctionDef() | ast.ClassDef() if node in tree.body:
            return [node.name]
        case ast.Assign(targets=[ast.Name(id=name)]) if node in tree.body and name.isupper():
            return [name]
    return []


def documented() -> dict[str, list[str]]:
    """Return {module: names that its page documents}. A name that several modules offer is documented in the first."""
    known, found = set(), {}
    for module in MODULES:
        objects = {name: getattr(importlib.import_module(module), name) for name in public_names(module)}
        new = {
            name: each for name, each in objects.items() if not isinstance(each, ModuleType) and id(each) not in known
        }
        known |= {id(each) for each in new.values()}
        found[module] = list(new)
    return found


def pages() -> dict[str, str]:
    """Return {name of the page: text} of an overview and of each module."""
    names = documented()
    rows = ((f"[{module}](api/{module}.md)", _summary(module)) for module in MODULES)
    overview = page(
        "Python",
        "The public names of kvae, by module. All other modules may change without notice.",
        table(("module", ""), rows),
        toctree(f"api/{module}" for module in MODULES),
    )
    return {"api": overview, **{f"api/{module}": _page(module, names[module]) for module in MODULES}}


def _summary(module: str) -> str:
    return inspect.getdoc(importlib.import_module(module)).partition("\n\n")[0]


def _page(module: str, names: list[str]) -> str:
    """Return the page of a module: its docstring, and a directive for each name."""
    directives = [f".. automodule:: {module}", "   :no-members:"]
    for name in names:
        directives += ["", *_directive(f"{module}.{name}", getattr(importlib.import_module(module), name))]
    return page(module, "\n".join(["```{eval-rst}", *directives, "```"]))


def _directive(name: str, thing: object) -> list[str]:
    if inspect.isclass(thing):
        return [f".. autoclass:: {name}", "   :members:", "   :show-inheritance:"]
    if inspect.isroutine(thing):
        return [f".. autofunction:: {name}"]
    return [f".. py:data:: {name}", "", f"   {escape(constant_doc(*name.rsplit('.', 1)))}"]


def constant_doc(module: str, name: str) -> str:
    """Return the docstring below the definition of a constant, which the module may import from another one."""
    body = _tree(module).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        match node:
            case ast.ImportFrom(module=str(origin)) if name in {alias.asname or alias.name for alias in node.names}:
                return constant_doc(origin, name)
            case ast.Assign(targets=[ast.Name(id=found)]) | ast.AnnAssign(target=ast.Name(id=found)) if found == name:
                return " ".join(ast.literal_eval(following.value).split()) if isinstance(following, ast.Expr) else ""
    return ""
