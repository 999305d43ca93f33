"""A Sphinx extension that writes the generated pages before Sphinx reads its sources."""

from pages import GENERATED, api, commands, metrics, presets, recipes
from pages.docstrings import to_rest
from pages.signatures import signature_of_constructor
from pages.transforms import LinkNames, MergeStreams, ShellCells


def write(app) -> None:
    """Write all pages. A page that is unchanged keeps its time, so that Sphinx does not read it again."""
    pages = {**recipes.pages(), **presets.pages(), **commands.pages(), **metrics.pages(), **api.pages()}
    files = {GENERATED / f"{name}.md": text for name, text in pages.items()}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in set(GENERATED.rglob("*.md")) - set(files):
        path.unlink()


def setup(app):
    app.connect("builder-inited", write)
    app.connect("autodoc-process-docstring", to_rest, priority=400)  # before napoleon reads the sections
    app.connect("autodoc-process-signature", signature_of_constructor)
    app.add_post_transform(LinkNames)
    app.add_post_transform(ShellCells)
    app.add_post_transform(MergeStreams)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
