package org.domicile.verifier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An operator's signed promise that a use is on record: what a client keeps who asked for it. If
 * the log has no such entry, the receipt proves that the entry was hidden.
 *
 * <pre>
 *   domicile-receipt@v1
 *   log ORIGIN                of the use log
 *   number NUMBER             of the use
 *   minute 2026-11-24T05:03Z  of its entry
 *   leaf HASH                 RFC 6962 leaf hash of its entry, base64
 *   group INDEX SIZE          place among the receipts that one signature serves
 *   HASH …                    the path from there, as in tlog-proof
 *   (empty line)
 *   domicile-receipts@v1      a signed note: its text is these four lines
 *   INSTALLATION/receipts     the origin's beginning, and the name that signs
 *   SIZE                      of the group, once more: a path alone fits several
 *   ROOT                      over the group
 *   (empty line)
 *   — INSTALLATION/receipts SIGNATURE
 * </pre>
 *
 * The group's leaves are the RFC 6962 leaf hashes of the five first lines, each with its newline.
 *
 * @param origin of the use log
 * @param leaf hash of the entry
 * @param path within the group
 */
public record Receipt(
        String origin,
        long number,
        String minute,
        byte[] leaf,
        long index,
        long size,
        List<byte[]> path,
        byte[] note) {
    /** What follows an installation's beginning in the name under which receipts are signed. */
    public static final String NAME = "receipts";

    private static final String VERSION = "domicile-receipt@v1";
    private static final String GROUP = "domicile-receipts@v1";
    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_PATH = 63;
    private static final int HEAD = 5;

    /** What came of holding a receipt against a log. */
    public sealed interface Held {
        /** The entry is there. */
        record Kept(long index, byte[] entry) implements Held {}

        /** The log is older than the receipt: ask again with a newer copy. */
        record TooEarly(String newest) implements Held {}

        /** The entry was pruned, as the public log says. */
        record Pruned(long from) implements Held {}

        /** The log goes on beyond the receipt and has no such entry: it was hidden. */
        record Hidden(String why) implements Held {}
    }

    /** Receipts travel in a header as base64 without line ends; a file may hold either form. */
    public static Receipt parse(byte[] file) throws Refused {
        if (file.length > MAX_BYTES) {
            throw new Refused("receipt", "is longer than a receipt can be");
        }
        byte[] plain = file;
        String first = new String(file, StandardCharsets.ISO_8859_1).strip();
        if (!first.startsWith(VERSION)) {
            plain = Base64Text.decode(first).orElse(file);
        }
        String text = Note.text("receipt", plain);
        int blank = text.indexOf("\n\n");
        String[] lines = (blank < 0 ? "" : text.substring(0, blank)).split("\n", -1);
        if (!lines[0].equals(VERSION) || lines.length < HEAD + 1) {
            throw new Refused("receipt", "does not begin with the lines of " + VERSION);
        }
        String minute = value(lines[3], "minute ");
        if (!minute.matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}Z")) {
            throw new Refused("minute", "is no minute: " + Note.cut(minute));
        }
        String[] group = value(lines[5], "group ").split(" ", -1);
        if (group.length != 2) {
            throw new Refused("group", "is not a place and a size");
        }
        List<byte[]> path = new ArrayList<>();
        for (int at = HEAD + 1; at < lines.length; at++) {
            if (path.size() == MAX_PATH) {
                throw new Refused("path", "is longer than a path can be");
            }
            path.add(hash("path", lines[at]));
        }
        return new Receipt(
                value(lines[1], "log "),
                number("number", value(lines[2], "number ")),
                minute,
                hash("leaf", value(lines[4], "leaf ")),
                number("group", group[0]),
                number("group", group[1]),
                List.copyOf(path),
                text.substring(blank + 2).getBytes(StandardCharsets.UTF_8));
    }

    private static String value(String line, String name) throws Refused {
        if (!line.startsWith(name)) {
            throw new Refused("receipt", "has no line that begins with '" + name.strip() + "'");
        }
        return line.substring(name.length());
    }

    private static long number(String where, String text) throws Refused {
        long number = Checkpoint.number(text);
        if (number < 0) {
            throw new Refused(where, "is no number: " + Note.cut(text));
        }
        return number;
    }

    private static byte[] hash(String where, String text) throws Refused {
        return Base64Text.decode(text)
                .filter(hash -> hash.length == TreeHash.SIZE)
                .orElseThrow(() -> new Refused(where, "is no hash in base64: " + Note.cut(text)));
    }

    /**
     * Checks the signature.
     *
     * @param keys of the installation: under any of its logs' names, or the receipts' own
     * @throws Refused when it is not this installation's
     */
    public void verify(List<VerifierKey> keys) throws Refused {
        int use = origin.indexOf("/use/");
        if (use < 0) {
            throw new Refused("log", "is no use log: " + Note.cut(origin));
        }
        String beginning = origin.substring(0, use + 1);
        Note signed = Note.parse("receipt", note);
        String[] lines = signed.text().split("\n", -1);
        if (lines.length != 5 || !lines[0].equals(GROUP) || !lines[1].equals(beginning + NAME)) {
            throw new Refused("receipt", "is signed as something else than a receipt of its log");
        }
        if (number("group", lines[2]) != size) {
            throw new Refused("group", "has another size than was signed");
        }
        byte[] leaves = new TreeHash().leaf(head().getBytes(StandardCharsets.UTF_8));
        if (!MerkleProof.includes(leaves, index, size, hash("group", lines[3]), path)) {
            throw new Refused("path", "does not lead from the receipt to what was signed");
        }
        for (VerifierKey key : keys) {
            if (key.algorithm() == VerifierKey.Algorithm.ED25519
                    && key.name().startsWith(beginning)) {
                VerifierKey named = key.named(beginning + NAME);
                Optional<byte[]> signature = signed.signature(named);
                if (signature.isPresent()
                        && named.verifies(
                                signed.text().getBytes(StandardCharsets.UTF_8), signature.get())) {
                    return;
                }
            }
        }
        throw new Refused("receipt", "none of the given keys has signed it");
    }

    /** The lines that are promised. */
    private String head() {
        return "%s\nlog %s\nnumber %d\nminute %s\nleaf %s\n"
                .formatted(VERSION, origin, number, minute, Base64Text.encode(leaf));
    }

    /**
     * Holds it against the log that it names; that the log is sound is checked first.
     *
     * @param log folder of the log
     * @throws Refused when the log itself does not hold
     */
    public Held against(TiledLog log, List<VerifierKey> keys, TiledLog.Options options)
            throws Refused {
        Search search = new Search();
        return switch (log.verify(LedgerFolder.keys(keys, origin), options.reading(search))) {
            case Verdict.Refused refused -> throw new Refused(refused.where(), refused.what());
            case Verdict.Sound sound -> {
                if (!sound.origin().equals(origin)) {
                    throw new Refused("checkpoint", "is of another log: " + sound.origin());
                }
                yield search.held(sound.from());
            }
        };
    }

    private final class Search implements EntryReader {
        private final TreeHash hash = new TreeHash();
        private Optional<Held> found = Optional.empty();
        private String newest = "";
        private String oldest = "";

        @Override
        public void begin(long first) {
            found = Optional.empty();
        }

        @Override
        public void entry(long at, byte[] entry) {
            Optional<Map<?, ?>> members = EntryJson.object(entry);
            if (members.isPresent() && members.get().get("minute") instanceof String said) {
                newest = newest.compareTo(said) < 0 ? said : newest;
                oldest = oldest.isEmpty() ? said : oldest;
            }
            if (Arrays.equals(hash.leaf(entry), leaf)) {
                found = Optional.of(new Held.Kept(at, entry));
            } else if (members.isPresent()
                    && members.get().get("number") instanceof Long same
                    && same == number
                    && found.isEmpty()) {
                found =
                        Optional.of(
                                new Held.Hidden(
                                        "entry %,d has the number %,d, and another content: %s"
                                                .formatted(
                                                        at,
                                                        number,
                                                        HexFormat.of()
                                                                .formatHex(hash.leaf(entry)))));
            }
        }

        Held held(long from) {
            if (found.isPresent()) {
                return found.get();
            }
            if (from > 0 && minute.compareTo(oldest) <= 0) {
                return new Held.Pruned(from);
            }
            // the entry was durable before its receipt was made, so a later minute must have it
            return newest.compareTo(minute) <= 0
                    ? new Held.TooEarly(newest)
                    : new Held.Hidden(
                            "the log goes on to %s and has no entry of this hash"
                                    .formatted(newest));
        }
    }
}
