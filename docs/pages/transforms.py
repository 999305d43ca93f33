"""Changes to the pages before they are written: links from code, and commands of the shell in notebooks."""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from kvae import zoo


class LinkNames(SphinxPostTransform):
    """Let `digits/vae`, `kvae train` and `kvae.models.VAE` link to the pages with these names."""

    default_priority = 5  # before Sphinx resolves references
    formats = ("html",)

    def run(self, **options) -> None:
        for literal in list(self.document.findall(nodes.literal)):
            page, anchor = self._target(literal.astext())
            inside = isinstance(literal.parent, nodes.reference | nodes.title | addnodes.pending_xref)
            if page not in ("", self.env.docname) and not inside:
                address = self.app.builder.get_relative_uri(self.env.docname, page) + anchor
                literal.replace_self(nodes.reference("", "", literal.deepcopy(), internal=True, refuri=address))

    def _target(self, text: str) -> tuple[str, str]:
        """Return the page and the anchor of a name, or ("", "") if it has none."""
        if text in zoo.names():
            return f"generated/recipes/{text}", ""
        page = f"generated/commands/{text.removeprefix('kvae ')}"
        if text.startswith("kvae ") and page in self.env.found_docs:
            return page, ""
        found = self.env.domains["py"].objects.get(text.removesuffix("()"))
        return (found.docname, f"#{found.node_id}") if found else ("", "")


class ShellCells(SphinxPostTransform):
    """Show a cell of a notebook that begins with %%bash as commands of the shell."""

    default_priority = 5

    def run(self, **options) -> None:
        for block in list(self.document.findall(nodes.literal_block)):
            first, _, commands = block.astext().partition("\n")
            if first == "%%bash":
                block.replace_self(nodes.literal_block(commands, commands, language="bash"))


class MergeStreams(SphinxPostTransform):
    """Show what a cell prints as one block of each stream. IPython sends what a command prints in pieces of 100 bytes.

    MyST-NB can merge the pieces, too, but it ends each of them with a new line.
    """

    default_priority = 5

    def run(self, **options) -> None:
        for output in list(self.document.findall(_is_output)):
            merged = {}
            for block in [child for child in output.children if isinstance(child, nodes.literal_block)]:
                first = merged.setdefault(tuple(block["classes"]), block)
                if first is not block:
                    output.remove(block)
                    text = first.astext() + block.astext()
                    first.rawsource, first.children = text, [nodes.Text(text)]
            for block in merged.values():
                text = re.sub(r"[^\n]*\r(?!\n)", "", block.astext())  # a line whose text was replaced
                block.rawsource, block.children = text, [nodes.Text(text)]


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "cell_output" in node["classes"]
