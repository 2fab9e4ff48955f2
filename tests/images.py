#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Container images, made here: a tar saved by Docker, an OCI layout as tar and as folder. What later layers delete is told, a key in a deleted file is found,
package lists that a later layer replaces do not count, and the image's own command says what listens."""
import gzip, hashlib, io, json, pathlib, random, sqlite3, string, struct, subprocess, sys, tarfile, tempfile

STORMWATCH = sys.argv[1]
SITE = "usr/lib/python3.12/site-packages/"


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def metadata(name, version):
    return f"{SITE}{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()


def rpm_database():
    """One package as RPM keeps it: a header of tags in a blob of SQLite."""
    tags = [(1000, 6, b"bash\0"), (1001, 6, b"5.1.8\0"), (1002, 6, b"6.el9\0"), (1011, 6, b"AlmaLinux\0")]
    index, data = b"", b""
    for tag, kind, value in tags:
        index += struct.pack(">IIII", tag, kind, len(data), 1)
        data += value
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rpmdb.sqlite"
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        database.executemany("INSERT INTO Packages(blob) VALUES (?)", [(struct.pack(">II", len(tags), len(data)) + index + data,), (b"broken",)])
        database.commit()
        database.close()
        return path.read_bytes()


def digest(content):
    return hashlib.sha256(content).hexdigest()


def parts():
    chance = random.Random(11)
    key = "sk-ant-" + "api03-" + "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(93)) + "AA"
    status = b"Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u1\nArchitecture: amd64\n\n"
    first = tar([("app/.env", f"ANTHROPIC_API_KEY={key}\n".encode()), ("var/lib/dpkg/status", status), ("lib/apk/db/installed", b"P:busybox\nV:1.36.1-r2\nA:x86_64\n\n"), metadata("gradio", "4.19.1"), metadata("mlflow", "2.1.0"),
                 ("opt/old/requirements.txt", b"langflow==1.2.0\n"), ("var/lib/rpm/rpmdb.sqlite", rpm_database()), ("usr/lib/sysimage/rpm/Packages.db", b"RpmP" + bytes(60))])
    second = tar([("app/.wh..env", b""), (SITE + ".wh.gradio-4.19.1.dist-info", b""), ("opt/old/.wh..wh..opq", b""), ("var/lib/dpkg/status", status.replace(b"3.0.11-1~deb12u1", b"3.0.15-1~deb12u1"))])
    config = {"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/usr/bin"], "Cmd": ["mlflow", "server", "--host", "0.0.0.0"], "ExposedPorts": {"5000/tcp": {}}},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(layer) for layer in (first, second)]}}
    return first, second, json.dumps(config).encode()


def saved(first, second, config, layers=("aaa/layer.tar", "bbb/layer.tar")):
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["example/app:1.0"], "Layers": list(layers)}]).encode()
    return tar([("aaa/layer.tar", first), ("bbb/layer.tar", second), ("c.json", config), ("manifest.json", manifest)])


def layout(first, second, config):
    layers = [gzip.compress(layer, mtime=0) for layer in (first, second)]
    kind = "application/vnd.oci.image."
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind + "manifest.v1+json", "config": {"mediaType": kind + "config.v1+json", "digest": "sha256:" + digest(config), "size": len(config)},
                           "layers": [{"mediaType": kind + "layer.v1.tar+gzip", "digest": "sha256:" + digest(layer), "size": len(layer)} for layer in layers]}).encode()
    index = json.dumps({"schemaVersion": 2, "manifests": [{"mediaType": kind + "manifest.v1+json", "digest": "sha256:" + digest(manifest), "size": len(manifest),
                                                         "annotations": {"org.opencontainers.image.ref.name": "example/app:1.0"}}]}).encode()
    return tar([("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index)] + [("blobs/sha256/" + digest(blob), blob) for blob in (manifest, config, *layers)])


def scan(target):
    run = subprocess.run([STORMWATCH, "scan", str(target), "--format", "json", "--quiet", "--no-progress"], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def check(report, name):
    packages = {(a["name"], a["attributes"].get("version")): a["attributes"].get("reach") for a in report["assets"] if a["kind"] == "package"}
    assert packages == {("gradio", "4.19.1"): "deleted", ("langflow", "1.2.0"): "deleted", ("openssl", "3.0.11-1~deb12u1"): "deleted", ("openssl", "3.0.15-1~deb12u1"): None, ("busybox", "1.36.1-r2"): None, ("bash", "5.1.8-6.el9"): None,
                        ("mlflow", "2.1.0"): "listens"}, (name, packages)
    names = {a["id"]: a["name"] for a in report["assets"]}
    severities = {(names[f["asset"]], f["severity"]) for f in report["findings"] if f["rule"] == "vulnerable-package"}
    assert ("gradio", "info") in severities and ("gradio", "critical") not in severities and ("mlflow", "critical") in severities, (name, severities)
    assert any(f["rule"] == "ai-provider-key-exposed" for f in report["findings"]), (name, "the key in the deleted file")
    told = [s.get("detail", "") for a in report["assets"] for s in a.get("sightings", []) if s["what"] == "secret"]
    assert any("later layer deletes" in text for text in told), (name, told)
    gaps = [gap["detail"] for gap in report["scan"]["incomplete"]]
    assert any("Berkeley DB or ndb" in gap for gap in gaps) and any("1 entries of RPM" in gap for gap in gaps), (name, gaps)
    image = [a["id"] for a in report["assets"] if a["kind"] == "image"]
    held = {names.get(r["to"]) for r in report["relations"] if r["from"] in image and r["kind"] == "contains"}
    assert {"mlflow", "gradio", "busybox"} <= held, (name, held)


def main():
    first, second, config = parts()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "saved.tar").write_bytes(saved(first, second, config))
        (root / "oci.tar").write_bytes(layout(first, second, config))
        with tarfile.open(root / "oci.tar") as archive:
            archive.extractall(root / "layout")
        for target in ("saved.tar", "oci.tar", "layout"):
            check(scan(root / target), target)
        # The other way round nothing is deleted: the order is the manifest's, not the archive's.
        (root / "turned.tar").write_bytes(saved(first, second, config, ("bbb/layer.tar", "aaa/layer.tar")))
        reach = {a["name"]: a["attributes"].get("reach") for a in scan(root / "turned.tar")["assets"] if a["kind"] == "package" and a["name"] in ("gradio", "langflow")}
        assert reach == {"gradio": None, "langflow": None}, reach
        # An image cut in the middle is read as far as it goes.
        (root / "cut.tar").write_bytes((root / "saved.tar").read_bytes()[:6000])
        scan(root / "cut.tar")
    print("images: 5 passed, 0 failed")


main()
