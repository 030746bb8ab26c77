"""Adding pages after a PDF without touching a byte of it: contents, tags and reading order follow (PDF/A-2a, PDF/UA-1)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

LEFT_OUT = ("/Parent", "/StructParents", "/ID")
"""What a page or a tag does not take along: its place in the other file, an identifier that would come twice."""


def append(writer: Any, pages: bytes, field: str) -> None:
    """Add the pages of a PDF at the end of the one being written, and an invisible, tagged signature field on the last."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, append_signature_field

    moved = _Move(writer, PdfFileReader(BytesIO(pages)))
    last = moved.pages()
    moved.tags()
    append_signature_field(writer, SigFieldSpec(
        field, on_page=-1, readable_field_name="Scellement de la coopérative",
        invis_sig_settings=InvisSigSettings(set_print_flag=True, box_out_of_bounds=False)))
    moved.tag_field(writer.root["/AcroForm"]["/Fields"].raw_get(-1), last)


class _Move:
    """One file's pages on their way into another."""

    def __init__(self, writer: Any, reader: Any) -> None:
        self.writer, self.reader = writer, reader
        self.known: dict[tuple[int, int], Any] = {}
        """Objects already moved: (number, generation) there → reference here."""
        self.tree = writer.root["/StructTreeRoot"]
        self.next_key = int(self.tree["/ParentTreeNextKey"])
        self._remember(reader.root.raw_get("/StructTreeRoot"), writer.root.raw_get("/StructTreeRoot"))

    def pages(self) -> Any:
        """Every page, in order; the reference of the last."""
        from pyhanko.pdf_utils import generic

        number = int(self.reader.root["/Pages"]["/Count"])
        there = [self.reader.find_page_for_modification(n)[0] for n in range(number)]
        here = []
        for one in there:
            here.append(self.writer.insert_page(generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/Page")})))
            self._remember(one, here[-1])
        for old, new in zip(there, here, strict=True):
            page = new.get_object()
            for name, value in self._taken(old.get_object()):
                page[name] = value
            page[generic.pdf_name("/StructParents")] = generic.NumberObject(
                self.next_key + int(old.get_object()["/StructParents"]))
        return here[-1]

    def tags(self) -> None:
        """The tags of those pages: after the others in the reading order, and in the tree that leads from page to tag."""
        from pyhanko.pdf_utils import generic

        theirs = self.reader.root["/StructTreeRoot"]
        kids = self.tree["/K"]
        for raw in theirs["/K"]:
            kids.append(self._copy(raw))
        self.writer.update_container(kids)
        numbers = theirs["/ParentTree"]["/Nums"]
        for n in range(0, len(numbers), 2):
            self._add_parent(self.next_key + int(numbers[n]), self._copy(numbers.raw_get(n + 1)))
        roles = self.tree.get("/RoleMap")
        for name, role in (theirs.get("/RoleMap") or {}).items():
            if roles is not None and name not in roles:
                roles[name] = self._copy(role)
                self.writer.update_container(roles)
        self.next_key += int(theirs["/ParentTreeNextKey"])
        self.tree[generic.pdf_name("/ParentTreeNextKey")] = generic.NumberObject(self.next_key)
        self.writer.update_container(self.tree)

    def tag_field(self, field: Any, page: Any) -> None:
        """A form tag around the signature field: assistive technology says what it is."""
        from pyhanko.pdf_utils import generic

        name = generic.pdf_name
        annotation = field.get_object()
        annotation[name("/StructParent")] = generic.NumberObject(self.next_key)
        annotation[name("/Contents")] = generic.TextStringObject("Scellement de la coopérative")
        self.writer.mark_update(field)
        pointer = generic.DictionaryObject({name("/Type"): name("/OBJR"), name("/Obj"): field, name("/Pg"): page})
        form = self.writer.add_object(generic.DictionaryObject({
            name("/Type"): name("/StructElem"), name("/S"): name("/Form"), name("/K"): pointer, name("/Pg"): page,
            name("/P"): self.writer.root.raw_get("/StructTreeRoot")}))
        self.tree["/K"].append(form)
        self._add_parent(self.next_key, form)
        self.tree[name("/ParentTreeNextKey")] = generic.NumberObject(self.next_key + 1)
        self.writer.update_container(self.tree["/K"])
        self.writer.update_container(self.tree)

    def _add_parent(self, key: int, value: Any) -> None:
        from pyhanko.pdf_utils import generic

        numbers = self.tree["/ParentTree"]["/Nums"]
        numbers.append(generic.NumberObject(key))
        numbers.append(value)
        self.writer.update_container(numbers)

    def _remember(self, there: Any, here: Any) -> None:
        self.known[there.idnum, there.generation] = here

    def _taken(self, there: Any) -> list[tuple[Any, Any]]:
        return [(name, self._copy(there.raw_get(name))) for name in there if name not in LEFT_OUT]

    def _copy(self, there: Any) -> Any:
        """An object as it is written here; a reference is followed once."""
        from pyhanko.pdf_utils import generic

        if isinstance(there, generic.IndirectObject):
            return self._followed(there)
        if isinstance(there, generic.ArrayObject):
            return generic.ArrayObject([self._copy(there.raw_get(n)) for n in range(len(there))])
        if isinstance(there, generic.StreamObject):
            return generic.StreamObject(dict_data=dict(self._taken(there)), encoded_data=there.encoded_data)
        if isinstance(there, generic.DictionaryObject):
            return generic.DictionaryObject(dict(self._taken(there)))
        return there

    def _followed(self, there: Any) -> Any:
        known = self.known.get((there.idnum, there.generation))
        if known is not None:
            return known
        reference = self.writer.allocate_placeholder()
        self._remember(there, reference)
        self.writer.add_object(self._copy(there.get_object()), idnum=reference.idnum)
        return reference
