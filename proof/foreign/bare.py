#!/usr/bin/env python3
"""Checks a Domicile log with nothing but openssl and sha256sum.

    bare.py verify FOLDER KEYS
    bare.py check PROOF KEYS

Python only cuts files into pieces and puts pieces side by side: each hash of RFC 6962 is one line of
sha256sum's, each signature is judged by openssl. KEYS is a file with one verifier key on each line;
each must have signed. An openssl before 3.5 knows no ML-DSA-44: then the last line says that this
signature was not looked at. Exit code 0: it holds; 1: it does not, and one line says why.
"""

import base64
import os
import subprocess
import sys
import tempfile

WIDTH = 256
ED25519, ML_DSA_44 = 1, 6
# what stands before a raw key in its SubjectPublicKeyInfo (RFC 8410, RFC 9881)
SPKI = {
    ED25519: bytes.fromhex("302a300506032b6570032100"),
    ML_DSA_44: bytes.fromhex("30820532300b06096086480165030403110382052100"),
}


class Refused(Exception):
    pass


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("verify", "check"):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    command, target, keys = sys.argv[1:]
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    try:
        with tempfile.TemporaryDirectory(dir=shared) as folder:
            tools = Tools(folder)
            said = (verify if command == "verify" else check)(tools, target, keys)
            print(said + tools.left_out)
    except (Refused, OSError, ValueError) as why:
        print("refused:", why, file=sys.stderr)
        sys.exit(1)


class Tools:
    """The two programs, and a folder for what they read."""

    def __init__(self, folder):
        self.folder = folder
        known = subprocess.run(
            ["openssl", "list", "-signature-algorithms"], capture_output=True, text=True
        ).stdout
        self.ml_dsa = "ML-DSA-44" in known
        self.left_out = ""

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def hashes(self, messages):
        """The SHA-256 of each message: one file each, thousands of files a call."""
        found = []
        for start in range(0, len(messages), 4_000):
            some = messages[start : start + 4_000]
            names = [str(i) for i in range(len(some))]
            for name, message in zip(names, some):
                self.write(name, message)
            lines = subprocess.run(
                ["sha256sum", "--"] + names, cwd=self.folder, capture_output=True, check=True
            ).stdout.split(b"\n")
            found += [bytes.fromhex(line[:64].decode()) for line in lines[: len(some)]]
        return found

    def signed(self, kind, key, message, signature):
        if kind == ML_DSA_44 and not self.ml_dsa:
            self.left_out = "; ML-DSA-44 not looked at: this openssl is older than 3.5"
            return True
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin"]
        command += ["-keyform", "DER", "-inkey", self.write("key", SPKI[kind] + key)]
        command += ["-in", self.write("message", message)]
        command += ["-sigfile", self.write("signature", signature)]
        return subprocess.run(command, capture_output=True).returncode == 0


def decode(digits):
    """Base64 in its one form."""
    raw = base64.b64decode(digits, validate=True)
    if base64.b64encode(raw) != digits:
        raise Refused("base64 with stray bits")
    return raw


def open_checkpoint(tools, note, keys):
    """Size and root, once every key is found to have signed."""
    text, blank, signatures = note.partition(b"\n\n")
    lines = text.split(b"\n")
    if not blank or len(lines) != 3 or not signatures.endswith(b"\n"):
        raise Refused("this is no checkpoint")
    origin, size, root = lines[0], int(lines[1]), decode(lines[2])
    if str(size).encode() != lines[1] or len(root) != 32:
        raise Refused("size or root of the checkpoint")
    by_id = {}
    for line in signatures[:-1].split(b"\n"):
        dash, name, digits = line.split(b" ")
        if dash != "\u2014".encode() or name != origin:
            raise Refused("a signature line of somebody else")
        raw = decode(digits)
        by_id[raw[:4]] = raw[4:]
    with open(keys, "rb") as file:
        verifier_keys = file.read().split()
    for key in verifier_keys:
        name, number, digits = key.split(b"+", 2)
        typed = decode(digits)
        kind, raw = typed[0], typed[1:]
        signature = by_id.get(bytes.fromhex(number.decode()))
        if name != origin or signature is None:
            raise Refused("a key has not signed: " + key[:60].decode())
        message = text + b"\n"
        if kind == ML_DSA_44:
            # C2SP tlog-cosignature: the time, then the signature over name, time and tree
            time, signature = signature[:8], signature[8:]
            message = b"subtree/v1\n\0" + bytes([len(name)]) + name + time
            message += bytes([len(origin)]) + origin + bytes(8) + size.to_bytes(8, "big") + root
        if not tools.signed(kind, raw, message, signature):
            raise Refused("a signature does not verify: type %d" % kind)
    return origin.decode(), size, root


def path_of(folder, level, index, width):
    digits = str(index)
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join("x" + group for group in groups[:-1]) + "/" + groups[-1]
    full = "%s/tile/%s/%s" % (folder, level, name.lstrip("/"))
    partial = "%s.p/%d" % (full, width)
    return partial if width < WIDTH and os.path.exists(partial) else full


def read(path):
    with open(path, "rb") as file:
        return file.read()


def verify(tools, folder, keys):
    origin, size, root = open_checkpoint(tools, read(folder + "/checkpoint"), keys)
    leaves = []
    for index in range(0, size, WIDTH):
        width = min(WIDTH, size - index)
        bundle, at = read(path_of(folder, "entries", index // WIDTH, width)), 0
        for _ in range(width):
            length = int.from_bytes(bundle[at : at + 2], "big")
            entry = bundle[at + 2 : at + 2 + length]
            if len(entry) != length or not entry:
                raise Refused("bundle %d ends too early" % (index // WIDTH))
            leaves.append(b"\0" + entry)
            at += 2 + length
    row, height, peaks = tools.hashes(leaves), 0, []
    while row:
        if height % 8 == 0:
            compare(folder, height // 8, row)
        if len(row) % 2:
            peaks.append(row.pop())
        row = tools.hashes([b"\1" + row[i] + row[i + 1] for i in range(0, len(row), 2)])
        height += 1
    top = peaks[0] if peaks else tools.hashes([b""])[0]
    for left in peaks[1:]:
        top = tools.hashes([b"\1" + left + top])[0]
    if top != root:
        raise Refused("the entries give another root than the checkpoint")
    return "%s: %d entries, root %s" % (origin, size, root.hex())


def compare(folder, level, row):
    """All hashes of one level of tiles, with what the entries gave."""
    for index in range(0, len(row), WIDTH):
        some = b"".join(row[index : index + WIDTH])
        tile = read(path_of(folder, level, index // WIDTH, len(some) // 32))
        if tile[: len(some)] != some:
            raise Refused("tile %d of level %d is not what the entries give" % (index // WIDTH, level))


def check(tools, proof, keys):
    head, blank, signed = read(proof).partition(b"\n\n")
    version, extra, place, *lines = head.split(b"\n")
    if not blank or version != b"c2sp.org/tlog-proof@v1" or not extra.startswith(b"extra "):
        raise Refused("this is no tlog-proof with its entry")
    index = int(place.removeprefix(b"index "))
    if b"index %d" % index != place or index < 0:
        raise Refused("no index")
    path = [decode(line) for line in lines]
    origin, size, root = open_checkpoint(tools, signed, keys)
    if index >= size:
        raise Refused("entry %d of %d" % (index, size))
    # RFC 9162 section 2.1.3.2
    at, last = index, size - 1
    top = tools.hashes([b"\0" + decode(extra[len(b"extra ") :])])[0]
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            raise Refused("the path is too long")
        if at % 2 or at == last:
            top = tools.hashes([b"\1" + sibling + top])[0]
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            top = tools.hashes([b"\1" + top + sibling])[0]
        at, last = at >> 1, last >> 1
    if last or top != root:
        raise Refused("the path does not lead to the root")
    return "%s: entry %d of %d" % (origin, index, size)


if __name__ == "__main__":
    main()
