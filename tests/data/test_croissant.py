import json
import re

from harness.data.croissant import FORMATS
from harness.data.dataset import DOCUMENT, checksum


def test_the_required_properties_of_croissant_are_there(dataset):
    document = dataset.document
    assert document["@type"] == "sc:Dataset"
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    for key in ("@context", "name", "description", "license", "url", "citeAs", "creator", "datePublished", "version"):
        assert document[key], key
    assert document["license"] == "https://creativecommons.org/licenses/by/3.0/"
    assert "10.7937/K9/TCIA.2015.LO9QL9SX" in document["citeAs"]


def test_every_file_is_distributed_under_its_own_checksum(dataset):
    listed = {one["@id"]: one for one in dataset.document["distribution"]}
    files = [path for part in ("container", "host") for path in (dataset.root / part).iterdir()]
    assert sorted(listed) == sorted(path.relative_to(dataset.root).as_posix() for path in files)
    for name, one in listed.items():
        assert one["@type"] == "cr:FileObject"
        assert one["sha256"] == checksum(dataset.root / name)
        assert one["contentSize"] == f"{(dataset.root / name).stat().st_size} B"
        assert one["encodingFormat"] in FORMATS.values()


def test_the_record_set_names_the_columns_of_the_table(dataset):
    (records,) = dataset.document["recordSet"]
    columns = (dataset.root / "host" / "cases.csv").read_text().splitlines()[0].split(",")
    assert [field["source"]["extract"]["column"] for field in records["field"]] == columns
    assert {field["source"]["fileObject"]["@id"] for field in records["field"]} == {"host/cases.csv"}
    assert records["key"]["@id"] in [field["@id"] for field in records["field"]]


def test_nothing_volatile_is_in_the_document(dataset):
    text = (dataset.root / DOCUMENT).read_text()
    assert json.loads(text) == dataset.document
    assert str(dataset.root.parent) not in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
